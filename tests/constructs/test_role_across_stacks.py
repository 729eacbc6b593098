"""A role and what it needs, in different stacks or accounts."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack, aws_iam, aws_kms, aws_s3
from aws_cdk.assertions import Template

from sagemaker_inference_experiment import DataCapture
from tests.support.experiments import experiment_in, rendered_in
from tests.support.policies import USES_VOLUMES, allowed_on, role_grants


def test_a_role_of_another_stack_is_granted_a_key_of_this_one_without_a_cycle(declared: Any) -> None:
    other = Stack(declared.app, "Other")
    key = aws_kms.Key(other, "Key")

    experiment_in(other, role=declared.role, kms_key=key)

    template = Template.from_stack(other)
    assert allowed_on(template, other.resolve(key.key_arn)) == [USES_VOLUMES]
    assert set(role_grants(template)) <= set(rendered_in(template)["DependsOn"])


@pytest.mark.parametrize(
    "role",
    [
        lambda stack: aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/service-role/shop"),
        lambda stack: aws_iam.Role.from_role_name(stack, "Role", "shop"),
        lambda stack: aws_iam.LazyRole(
            stack, "Role", role_name="shop", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")
        ),
        lambda stack: aws_iam.Role(
            stack,
            "Role",
            role_name="shop",
            path="/service-role/",
            assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"),
        ),
    ],
    ids=["imported", "imported by name", "lazy", "with a path"],
)
def test_a_role_of_another_stack_is_granted_by_its_name(role: Callable[[Stack], aws_iam.IRole]) -> None:
    app = App()
    first, second = Stack(app, "First"), Stack(app, "Second")
    shared = role(first)

    experiment_in(second, role=shared, kms_key=aws_kms.Key(second, "Key"))

    (policy,) = role_grants(Template.from_stack(second)).values()
    assert policy["Properties"]["Roles"] == [second.resolve(shared.role_name)]


def test_no_stack_takes_the_place_of_another_among_a_roles_policies(declared: Any) -> None:
    stacks = [Stack(declared.app, name) for name in ("First", "Second")]

    for stack in stacks:
        experiment_in(stack, role=declared.role, kms_key=aws_kms.Key(stack, "Key"))

    policies = [policy for stack in stacks for policy in role_grants(Template.from_stack(stack)).values()]
    first, second = (each["Properties"]["PolicyName"]["Fn::Join"][1] for each in policies)
    assert first[0] != second[0]
    # Nor one of the same name in another region: IAM has none.
    assert first[1] == second[1] == {"Ref": "AWS::Region"}


def test_a_role_that_is_made_may_use_what_is_another_accounts() -> None:
    app = App()
    theirs = Stack(app, "Theirs", env=Environment(account="222222222222", region="eu-west-1"))
    ours = Stack(app, "Ours", env=Environment(account="111111111111", region="eu-west-1"))
    bucket = aws_s3.Bucket(theirs, "Captures", bucket_name="captures")

    experiment_in(ours, data_capture=DataCapture(destination=bucket))

    (policy,) = Template.from_stack(theirs).find_resources("AWS::S3::BucketPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    (role,) = [
        each["Properties"]["RoleName"]
        for each in Template.from_stack(ours).find_resources("AWS::IAM::Role").values()
        if "RoleName" in each["Properties"]
    ]
    assert statement["Principal"]["AWS"]["Fn::Join"][1][-1] == f":iam::111111111111:role/{role}"


def test_a_key_of_another_region_lets_the_role_use_it_too() -> None:
    app = App()
    theirs = Stack(app, "Theirs", env=Environment(account="111111111111", region="us-east-1"))
    ours = Stack(app, "Ours", env=Environment(account="111111111111", region="eu-west-1"), cross_region_references=True)

    experiment_in(ours, data_capture=DataCapture(destination="s3://captures", kms_key=aws_kms.Key(theirs, "Key")))

    # CDK compares the regions of what the app makes.
    (key,) = Template.from_stack(theirs).find_resources("AWS::KMS::Key").values()
    (_, statement) = key["Properties"]["KeyPolicy"]["Statement"]
    assert "kms:GenerateDataKey*" in statement["Action"]
