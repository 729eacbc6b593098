"""The grants on an experiment."""

from typing import Any

import pytest
from aws_cdk import Environment, Stack, aws_iam, aws_lambda, aws_sagemaker
from aws_cdk.assertions import Template
from aws_cdk.interfaces.aws_sagemaker import IInferenceExperimentRef

from sagemaker_inference_experiment import InferenceExperiment, InferenceExperimentGrants
from tests.support.experiments import RESOURCE_TYPE

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:inference-experiment/shop"


@pytest.fixture
def operator(declared: Any) -> aws_iam.Role:
    return aws_iam.Role(declared.stack, "Operator", assumed_by=aws_iam.AccountRootPrincipal())


def statement_of(grantee: aws_iam.Role, stack: Stack) -> dict[str, Any]:
    logical_id = stack.resolve(grantee.role_name)["Ref"]
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (policy,) = [each for each in policies if {"Ref": logical_id} in each["Properties"]["Roles"]]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    return dict(statement)


@pytest.mark.parametrize(
    ("permission", "actions"),
    [
        ("read", ["sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags"]),
        ("update", ["sagemaker:UpdateInferenceExperiment", "sagemaker:StartInferenceExperiment"]),
        ("stop", "sagemaker:StopInferenceExperiment"),
    ],
)
def test_what_is_granted_is_granted_on_this_experiment_alone(
    declared: Any, operator: aws_iam.Role, permission: str, actions: Any
) -> None:
    experiment = declared.experiment()

    grant = getattr(experiment.grants, permission)(operator)

    assert grant.success
    assert statement_of(operator, declared.stack) == {
        "Effect": "Allow",
        "Action": actions,
        "Resource": declared.stack.resolve(experiment.experiment_arn),
    }


def test_any_other_action_can_be_granted(declared: Any, operator: aws_iam.Role) -> None:
    declared.experiment().grants.actions(operator, "sagemaker:AddTags", "sagemaker:DeleteTags")

    assert statement_of(operator, declared.stack)["Action"] == ["sagemaker:AddTags", "sagemaker:DeleteTags"]


def test_whatever_has_a_principal_is_a_grantee(declared: Any) -> None:
    function = aws_lambda.Function(
        declared.stack,
        "Watcher",
        runtime=aws_lambda.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=aws_lambda.Code.from_inline("def handler(event, context): ..."),
    )

    grant = declared.experiment().grants.read(function)

    assert grant.success


def test_an_experiment_of_another_region_is_granted_by_its_arn(declared: Any, operator: aws_iam.Role) -> None:
    imported = InferenceExperiment.from_experiment_arn(declared.stack, "Imported", ARN)

    imported.grants.stop(operator)

    assert statement_of(operator, declared.stack)["Resource"] == ARN


def test_a_grantee_in_another_stack_refers_to_the_experiment(declared: Any) -> None:
    experiment = declared.experiment()
    other = Stack(declared.app, "Operators")
    operator = aws_iam.Role(other, "Operator", assumed_by=aws_iam.AccountRootPrincipal())

    experiment.grants.read(operator)

    assert "Fn::ImportValue" in statement_of(operator, other)["Resource"]


def test_a_grantee_in_another_region_gets_the_arn_of_the_name_that_was_given(declared_in_dublin: Any) -> None:
    there = Stack(declared_in_dublin.app, "There", env=Environment(account="111122223333", region="us-east-1"))
    operator = aws_iam.Role(there, "Operator", assumed_by=aws_iam.AccountRootPrincipal())
    experiment = declared_in_dublin.experiment(experiment_name="Shop")

    experiment.grants.read(operator)

    # SageMaker lower-cases names in ARNs.
    resource = statement_of(operator, there)["Resource"]
    assert resource == {
        "Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ARN.removeprefix("arn:aws")]],
    }


@pytest.mark.parametrize("another_stack", [False, True], ids=["of its stack", "of another stack"])
def test_what_its_own_role_may_do_is_none_of_what_the_experiment_needs(declared: Any, another_stack: bool) -> None:
    stack = Stack(declared.app, "Other") if another_stack else declared.stack
    experiment = declared.experiment_in(stack, "ShadowTest")

    experiment.grants.read(declared.role)
    experiment.grants.stop(declared.role)

    template = Template.from_stack(stack)
    (granting,) = [id for id, each in template.find_resources("AWS::IAM::Policy").items() if "ShadowTestOwnRole" in id]
    (resource,) = template.find_resources(RESOURCE_TYPE).values()
    assert granting not in resource["DependsOn"]


def test_cdks_own_resource_has_the_same_grants(declared: Any, operator: aws_iam.Role) -> None:
    resource = aws_sagemaker.CfnInferenceExperiment(
        declared.stack,
        "Plain",
        name="plain",
        type="ShadowMode",
        endpoint_name="shop",
        role_arn=declared.role.role_arn,
        model_variants=[],
    )

    InferenceExperimentGrants.from_inference_experiment(resource).read(operator)

    assert statement_of(operator, declared.stack)["Resource"] == {"Fn::GetAtt": ["Plain", "Arn"]}


def test_an_experiment_is_what_cdk_calls_a_reference_to_one(declared: Any) -> None:
    def name_of(experiment: IInferenceExperimentRef) -> str:
        return experiment.inference_experiment_ref.inference_experiment_name

    experiment = declared.experiment()

    assert declared.stack.resolve(name_of(experiment)) == declared.stack.resolve(experiment.experiment_name)
    assert experiment.inference_experiment_ref.inference_experiment_arn == experiment.experiment_arn
