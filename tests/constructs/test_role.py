"""The role that SageMaker assumes: given or made, allowed what is declared, there before the experiment."""

from typing import Any

from aws_cdk import App, Stack, aws_iam, aws_kms
from aws_cdk.assertions import Match, Template

from sagemaker_inference_experiment import InferenceExperiment, ModelVariant

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
USES_VOLUMES = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:CreateGrant",
    "kms:DescribeKey",
]


def without_role(stack: Stack, **more: Any) -> InferenceExperiment:
    return InferenceExperiment(
        stack,
        "ShadowTest",
        endpoint="shop",
        production_variant=ModelVariant(model="champion", variant_name="A", instance_type="ml.m5.large"),
        shadow_variant=ModelVariant(model="challenger", variant_name="B", instance_type="ml.m5.large"),
        sampling_percentage=10,
        **more,
    )


def the_experiment(template: Template) -> dict[str, Any]:
    (resource,) = template.find_resources(RESOURCE_TYPE).values()
    return dict(resource)


def test_a_role_is_made_as_awss_guide_has_it() -> None:
    stack = Stack(App(), "Demo")

    experiment = without_role(stack)

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
    assert the_experiment(template)["Properties"]["RoleArn"] == stack.resolve(experiment.role.role_arn)


def test_a_role_that_is_made_may_be_passed_by_the_function_and_outlives_the_experiment() -> None:
    stack = Stack(App(), "Demo")

    experiment = without_role(stack)

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
    assert role["Fn::GetAtt"][0] in the_experiment(template)["DependsOn"]


def test_no_role_is_made_beside_a_given_one(declared: Any) -> None:
    experiment = declared.experiment()

    assert experiment.role is declared.role
    declared.template.resource_properties_count_is("AWS::IAM::Role", {"ManagedPolicyArns": Match.any_value()}, 0)


def test_the_role_may_use_the_volumes_key(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")

    declared.experiment(kms_key=key)

    assert grants_on(declared.template, declared.stack.resolve(key.key_arn)) == [USES_VOLUMES]


def test_what_is_granted_is_there_before_the_experiment(declared: Any) -> None:
    declared.experiment(kms_key=aws_kms.Key(declared.stack, "Key"))

    assert any(id.startswith("SageMakerRoleDefaultPolicy") for id in the_experiment(declared.template)["DependsOn"])


def test_a_key_of_the_lowest_level_is_granted_too(declared: Any) -> None:
    key = aws_kms.CfnKey(declared.stack, "Key", key_policy={})

    declared.experiment(kms_key=key)

    assert grants_on(declared.template, {"Fn::GetAtt": ["Key", "Arn"]}) == [USES_VOLUMES]


def test_a_key_that_is_only_named_is_not_granted(declared: Any) -> None:
    declared.experiment(kms_key="alias/volumes")

    assert "kms:" not in str(declared.template.to_json())


def test_a_role_that_is_not_to_be_changed_is_allowed_by_the_key(declared: Any) -> None:
    role = aws_iam.Role.from_role_arn(
        declared.stack, "Imported", "arn:aws:iam::123456789012:role/imported", mutable=False
    )

    declared.experiment(role=role, kms_key=aws_kms.Key(declared.stack, "Key"))

    assert "kms:CreateGrant" not in str(declared.template.find_resources("AWS::IAM::Policy"))
    (resource,) = declared.template.find_resources("AWS::KMS::Key").values()
    (_, statement) = resource["Properties"]["KeyPolicy"]["Statement"]
    assert statement["Action"] == USES_VOLUMES
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/imported"}


def test_a_role_of_another_stack_is_granted_a_key_of_this_one_without_a_cycle(declared: Any) -> None:
    other = Stack(declared.app, "Other")
    key = aws_kms.Key(other, "Key")

    without_role(other, role=declared.role, kms_key=key)

    template = Template.from_stack(other)
    assert grants_on(template, other.resolve(key.key_arn)) == [USES_VOLUMES]
    (granting,) = [
        id for id, policy in template.find_resources("AWS::IAM::Policy").items() if "kms:CreateGrant" in str(policy)
    ]
    assert granting in the_experiment(template)["DependsOn"]


def grants_on(template: Template, resource: Any) -> list[Any]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [
        statement["Action"]
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Resource"] == resource
    ]
