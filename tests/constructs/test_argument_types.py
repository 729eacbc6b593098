"""Arguments of the wrong type: the error says what is allowed, before anything uses them."""

import math
from datetime import timedelta
from typing import Any, cast

import pytest
from aws_cdk import RemovalPolicy

from sagemaker_inference_experiment import (
    Conclusion,
    DataCapture,
    InvalidExperimentError,
    ModelVariant,
    OnDelete,
    Schedule,
)

WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"endpoint": None}, "endpoint is None, must be an endpoint construct, a reference or a name"),
    ({"role": "arn:aws:iam::111111111111:role/shop"}, "must be a role, such as Role.from_role_arn(self, 'Role', arn)"),
    ({"schedule": "now"}, "schedule is 'now', must be a Schedule, such as Schedule.start_now(for_=Duration.days(7))"),
    (
        {"schedule": Schedule(duration=cast("Any", timedelta(days=7)))},
        "schedule.duration is datetime.timedelta(days=7), must be an aws_cdk.Duration, such as Duration.days(7)",
    ),
    ({"on_delete": Conclusion.cancel()}, "must be an OnDelete, such as OnDelete(conclusion=Conclusion.cancel())"),
    ({"on_delete": OnDelete(conclusion=cast("Any", None))}, "on_delete.conclusion is None, must be a Conclusion"),
    ({"service_timeout": 5}, "service_timeout is 5, must be an aws_cdk.Duration, such as Duration.minutes(30)"),
    (
        {"shadow_variant": ModelVariant(model=cast("Any", None), variant_name="S", instance_type="ml.m5.large")},
        "shadow_variant.model is None, must be a model construct, a reference or a name",
    ),
    ({"kms_key": 5}, "kms_key is 5, must be a key construct, a reference, or a key's id, ARN or alias"),
    ({"tags": {"team": 5}}, "tags is {'team': 5}, must be a mapping of strings to strings"),
    ({"conclusion": Conclusion(desired_variants=cast("Any", "all"))}, "must be a tuple of ModelVariants"),
    (
        {"conclusion": Conclusion(desired_variants=(ModelVariant(model="m"), ModelVariant(model=cast("Any", None))))},
        "conclusion.desired_variants[1].model is None, must be a model construct, a reference or a name",
    ),
    (
        {"removal_policy": RemovalPolicy.SNAPSHOT},
        "removal_policy is <RemovalPolicy.SNAPSHOT: 'SNAPSHOT'>, must be RemovalPolicy.DESTROY, RETAIN or",
    ),
]


@pytest.mark.parametrize(("given", "words"), WRONG_TYPES)
def test_what_is_given_where_something_else_has_to_be_is_said_with_the_way_out(
    declared: Any, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)

    assert words in str(raised.value)


def test_all_that_is_given_where_something_else_has_to_be_is_said_at_once(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=None, data_capture="s3://captures", provider="arn:aws:lambda:...")

    assert str(raised.value).count("\n  - ") == 3


def faults_of(declared: Any, **given: Any) -> list[str]:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)
    return [line.removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]


ANY: Any = 5
"""Of no type that a value object has."""


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": 5},
        {"role": 5},
        {"production_variant": 5},
        {"shadow_variant": 5},
        {"schedule": Schedule(duration=ANY)},
        {"schedule": 5},
        {"data_capture": DataCapture(destination=ANY, prefix="shop")},
        {"data_capture": DataCapture(destination="s3://captures", csv_content_types=ANY)},
        {"data_capture": DataCapture(destination="s3://captures", json_content_types=cast("Any", "application/json"))},
        {"kms_key": 5},
        {"production_variant": ModelVariant(model="m", variant_name=cast("Any", []), instance_type="ml.m5.large")},
        {"shadow_variant": ModelVariant(model="m", variant_name=cast("Any", {})), "conclusion": Conclusion.cancel()},
        {"conclusion": 5},
        {"conclusion": Conclusion(desired_variants=(ANY,))},
        {"conclusion": Conclusion(desired_variants=ANY)},
        {"conclusion": Conclusion.promote_shadow(instance_count=cast("Any", math.inf))},
        {"promote_if": 5},
        {"on_delete": OnDelete(conclusion=ANY)},
        {"tags": {"team": 5}},
        {"service_timeout": 5},
        {"provider": 5},
    ],
    ids=str,
)
def test_a_wrong_type_hides_no_other_fault_and_adds_none(declared: Any, wrong: dict[str, Any]) -> None:
    (first, second) = faults_of(declared, **wrong, run="")

    assert ", must be " in first
    assert second == "run (Run) is '', must be 1 to 256 characters"


def test_a_name_and_a_prefix_of_another_type_are_reported_with_the_rest(declared: Any) -> None:
    capture = DataCapture(destination="s3://captures", prefix=ANY)
    name: Any = 5

    assert faults_of(declared, experiment_name=name, data_capture=capture, description="two\nlines") == [
        "experiment_name is 5, must be 1 to 120 letters, digits and hyphens, a letter or digit first and last",
        "data_capture.prefix is 5, must be a string, such as 'shop'",
        "description (Description) is 'two\\nlines', must be up to 1024 characters in one line",
    ]


def test_each_wrong_type_beside_all_others(declared: Any) -> None:
    faults = faults_of(
        declared,
        sampling_percentage=math.inf,
        production_variant=ModelVariant(model=ANY, instance_count=-1),
        schedule=Schedule(start="soon", duration=ANY),
        tags={"team": 5, "aws:x": "shop"},
    )

    assert [fault.partition(" is ")[0] for fault in faults] == [
        "production_variant.model",
        "sampling_percentage",
        "schedule.duration",
        "tags",
        "production_variant.variant_name",
        "production_variant.instance_type",
        "schedule.start (StartTime)",
        "a key of tags (Tags)",
        "production_variant.instance_count (InstanceCount)",
    ]


@pytest.mark.parametrize("value", [("better", "faster"), timedelta(days=1), object()], ids=["tuple", "time", "object"])
def test_what_cannot_be_sent_to_cdk_is_refused_like_anything_else(declared: Any, value: Any) -> None:
    with pytest.raises(
        InvalidExperimentError, match=r"description \(Description\) is .*, must be up to 1024 characters"
    ):
        declared.experiment(description=value)
