"""A KMS key that an experiment needs: its role is allowed to use it, or a warning says what to allow by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Annotations as CdkAnnotations
from aws_cdk import App, CfnParameter, Stack, aws_iam, aws_kms, aws_s3
from aws_cdk.assertions import Annotations, Match, Template

from sagemaker_inference_experiment import DataCapture
from tests.support.experiments import experiment_in
from tests.support.policies import USES_VOLUMES, allowed_on, role_grants, statements_of


def test_the_role_may_use_the_volumes_key(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")

    declared.experiment(kms_key=key)

    assert allowed_on(declared.template, declared.stack.resolve(key.key_arn)) == [USES_VOLUMES]


def test_a_key_of_the_lowest_level_is_granted_too(declared: Any) -> None:
    key = aws_kms.CfnKey(declared.stack, "Key", key_policy={})

    declared.experiment(kms_key=key)

    assert allowed_on(declared.template, {"Fn::GetAtt": ["Key", "Arn"]}) == [USES_VOLUMES]


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
    assert not missing(declared.stack)


def by_alias(stack: Stack) -> aws_kms.IAlias:
    return aws_kms.Alias.from_alias_name(stack, "Key", "alias/shop")


WAYS_TO_GIVE_A_KEY: dict[str, Callable[[Stack, aws_kms.IKey], dict[str, Any]]] = {
    "for the volumes": lambda _, key: {"kms_key": key},
    "for what is captured": lambda _, key: {"data_capture": DataCapture(destination="s3://shop", kms_key=key)},
    "of the bucket": lambda stack, key: {
        "data_capture": DataCapture(destination=aws_s3.Bucket(stack, "Captures", encryption_key=key))
    },
}


@pytest.mark.parametrize("applied_by_cdk", [False, True], ids=["CDK drops it", "CDK applies it"])
@pytest.mark.parametrize("parameters", WAYS_TO_GIVE_A_KEY.values(), ids=WAYS_TO_GIVE_A_KEY)
def test_a_key_by_its_alias_is_granted_by_its_alias(
    parameters: Callable[[Stack, aws_kms.IKey], dict[str, Any]], applied_by_cdk: bool
) -> None:
    app = App(context={"@aws-cdk/aws-kms:applyImportedAliasPermissionsToPrincipal": applied_by_cdk})
    stack = Stack(app, "Demo")

    experiment_in(stack, **parameters(stack, by_alias(stack)))

    app.synth()
    keys = ["arn:", {"Ref": "AWS::Partition"}, ":kms:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}]
    template = Template.from_stack(stack)
    (actions, *_) = allowed_on(template, {"Fn::Join": ["", [*keys, ":key/*"]]})
    assert "kms:GenerateDataKey*" in actions
    assert {"kms:ResourceAliases": "alias/shop"} in conditions(template)
    assert not missing(stack)


def test_an_alias_may_be_a_token() -> None:
    stack = Stack(App(), "Demo")
    name = CfnParameter(stack, "Name").value_as_string

    experiment_in(stack, kms_key=aws_kms.Alias.from_alias_name(stack, "Key", name))

    assert conditions(Template.from_stack(stack)) == [{"kms:ResourceAliases": {"Ref": "Name"}}]


def test_an_alias_of_a_key_of_the_app_is_granted_by_the_key() -> None:
    stack = Stack(App(), "Demo")
    key = aws_kms.Key(stack, "Key")

    experiment_in(stack, kms_key=aws_kms.Alias(stack, "Alias", alias_name="alias/shop", target_key=key))

    template = Template.from_stack(stack)
    assert allowed_on(template, stack.resolve(key.key_arn)) == [USES_VOLUMES]
    assert conditions(template) == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (by_alias, "alias/shop"),
        (
            lambda stack: aws_kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/shop"),
            "arn:aws:kms:eu-west-1:123456789012:key/shop",
        ),
        (lambda stack: aws_kms.CfnKey(stack, "Key", key_policy={}), "Demo/Key"),
    ],
    ids=["alias", "imported", "of the lowest level"],
)
def test_what_nothing_in_the_app_can_allow_is_warned_of(
    declared: Any, key: Callable[[Stack], aws_kms.IKey], told: str
) -> None:
    arn = "arn:aws:iam::123456789012:role/shop"
    role = aws_iam.Role.from_role_arn(declared.stack, "Imported", arn, mutable=False)

    experiment = declared.experiment(role=role, kms_key=key(declared.stack))

    (warning,) = missing(declared.stack)
    assert f"allow role {arn} the actions {', '.join(USES_VOLUMES)} on key {told}" in warning
    CdkAnnotations.of(experiment).acknowledge_warning("sagemaker-inference-experiment:keyNotGranted")
    assert not missing(declared.stack)


def test_what_nothing_can_allow_is_warned_of_at_each_experiment(declared: Any) -> None:
    role = aws_iam.Role.from_role_name(declared.stack, "Imported", "shop", mutable=False)
    key = by_alias(declared.stack)

    for id in ("One", "Two"):
        declared.experiment(id, role=role, kms_key=key)

    assert ["allow role Demo/Imported the" in warning for warning in missing(declared.stack)] == [True, True]


def missing(stack: Stack) -> list[str]:
    found = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("keyNotGranted"))
    return [str(each.entry.data) for each in found]


def conditions(template: Template) -> list[Any]:
    """What the conditions on a key's aliases say."""
    granted = statements_of(role_grants(template).values())
    return [each["Condition"]["ForAnyValue:StringEquals"] for each in granted if "Condition" in each]
