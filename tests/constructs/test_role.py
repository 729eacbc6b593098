"""The role that SageMaker assumes: given, or made once a stack."""

from typing import Any

from aws_cdk import App, Stack
from aws_cdk.assertions import Match, Template

from tests.support.experiments import experiment_in, rendered_in


def test_a_role_is_made_as_awss_guide_has_it() -> None:
    stack = Stack(App(), "Demo")

    experiment = experiment_in(stack)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Action": "sts:AssumeRole",
                        "Effect": "Allow",
                        "Principal": {"Service": "sagemaker.amazonaws.com"},
                    }
                ],
                "Version": "2012-10-17",
            },
            "ManagedPolicyArns": [
                {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AmazonSageMakerFullAccess"]]}
            ],
        },
    )
    assert rendered_in(template)["Properties"]["RoleArn"] == stack.resolve(experiment.role.role_arn)


def test_a_role_that_is_made_may_be_passed_by_the_function_and_outlives_the_experiment() -> None:
    stack = Stack(App(), "Demo")

    experiment = experiment_in(stack)

    template = Template.from_stack(stack)
    role = stack.resolve(experiment.role.role_arn)
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with([Match.object_like({"Action": "iam:PassRole", "Resource": role})])
            }
        },
    )
    assert role["Fn::GetAtt"][0] in rendered_in(template)["DependsOn"]


def test_the_experiments_of_a_stack_share_the_role_that_is_made() -> None:
    stack = Stack(App(), "Demo")

    one, two = experiment_in(stack, "One"), experiment_in(stack, "Two")

    assert one.role is two.role


def test_no_role_is_made_beside_a_given_one(declared: Any) -> None:
    experiment = declared.experiment()

    assert experiment.role is declared.role
    declared.template.resource_properties_count_is("AWS::IAM::Role", {"ManagedPolicyArns": Match.any_value()}, 0)
