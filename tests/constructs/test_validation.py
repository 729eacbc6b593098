"""What is rejected at synth: every fault that can be known, all at once. Tokens pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import jsii
import pytest
from aws_cdk import Aws, CfnParameter, Duration, IStableStringProducer, Lazy, Tags, Token

from sagemaker_inference_experiment import (
    Conclusion,
    DataCapture,
    InvalidExperimentError,
    ModelVariant,
    OnDelete,
    Schedule,
    VariantAction,
)

PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")


@jsii.implements(IStableStringProducer)
class Late:
    def produce(self) -> str:
        return "later"


def test_tokens_pass_every_check(declared: Any) -> None:
    def parameter(name: str, type: str = "String") -> CfnParameter:
        return CfnParameter(declared.stack, name, type=type)

    name, number = parameter("Name"), parameter("Number", "Number")
    # A number that only CloudFormation knows is a float, whatever it stands for.
    count: Any = number.value_as_number
    properties = declared.rendered(
        endpoint=name.value_as_string,
        production_variant=ModelVariant(
            model=name.value_as_string,
            variant_name="AllTraffic",
            instance_type=name.value_as_string,
            instance_count=count,
        ),
        sampling_percentage=number.value_as_number,
        description=name.value_as_string,
        kms_key=name.value_as_string,
        run=name.value_as_string,
        schedule=Schedule.start_at(name.value_as_string, for_=Duration.hours(number.value_as_number)),
        data_capture=DataCapture(
            destination=f"s3://{name.value_as_string}/x", csv_content_types=Token.as_list(name.value_as_string)
        ),
        conclusion=Conclusion.remove_shadow(reason=Lazy.string(Late())),
    )

    assert properties["EndpointName"] == {"Ref": "Name"}
    assert properties["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == {"Ref": "Number"}
    assert properties["Schedule"]["Duration"] == {"Fn::Join": ["", ["PT", {"Ref": "Number"}, "H"]]}
    assert properties["Reason"] == "later"


def test_all_that_is_wrong_is_said_at_once(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            experiment_name="-mine",
            endpoint="shop!",
            sampling_percentage=101,
            shadow_variant=ModelVariant(model="m", variant_name="AllTraffic", instance_type="big", instance_count=-1),
            schedule=Schedule.start_at(datetime(2030, 1, 1), for_=Duration.days(31)),  # noqa: DTZ001
            data_capture=DataCapture(destination="captures"),
            service_timeout=Duration.hours(2),
            tags={"aws:mine": "x"},
        )

    message = str(raised.value)
    assert message.startswith("Demo/ShadowTest: the experiment can't be run as declared\n  - ")
    for words in (
        "experiment_name (Name) is '-mine', must be 1 to 120 letters",
        "endpoint (EndpointName) is 'shop!'",
        "sampling_percentage (SamplingPercentage) is 101, must be an integer from 0 to 100",
        "shadow_variant.instance_type (InstanceType) is 'big', must be an instance type such as ml.m5.xlarge",
        "shadow_variant.instance_count (InstanceCount) is -1",
        "shadow_variant.variant_name (ShadowModelVariantName) is 'AllTraffic', which is the production variant's name",
        "schedule.start (StartTime) is '2030-01-01T00:00:00', without a time zone",
        "schedule.duration (Duration) is P31D, must be from PT1H to P30D",
        "data_capture.destination (Destination) is 'captures'",
        "service_timeout (ServiceTimeout) is 7200, must be an integer from 1 to 3600",
        "a key of tags (Tags) is 'aws:mine'",
    ):
        assert words in message


def test_an_empty_key_is_none(declared: Any) -> None:
    properties = declared.rendered(kms_key="", data_capture=DataCapture(destination="s3://captures", kms_key=""))

    assert "KmsKey" not in properties
    assert properties["DataStorageConfig"] == {"Destination": "s3://captures"}


def ends(**given: Any) -> dict[str, Any]:
    return {"conclusion": Conclusion.promote_shadow(**given)}


BIG = replace(SHADOW, instance_type="big")
WRONG_VALUES: list[tuple[dict[str, Any], list[str]]] = [
    ({"sampling_percentage": "101"}, ["sampling_percentage (SamplingPercentage)"]),
    ({"production_variant": replace(PRODUCTION, model="-")}, ["production_variant.model (ModelName)"]),
    ({"shadow_variant": replace(SHADOW, model="-")}, ["shadow_variant.model (ModelName)"]),
    ({"shadow_variant": replace(SHADOW, variant_name="-")}, ["shadow_variant.variant_name (ShadowModelVariantName)"]),
    ({"run": ""}, ["run (Run)"]),
    ({"kms_key": "?"}, ["kms_key (KmsKey)"]),
    ({"schedule": Schedule.start_now(until="soon")}, ["schedule.end (EndTime)"]),
    ({"data_capture": DataCapture(destination="s3://b", kms_key="?")}, ["data_capture.kms_key (KmsKey)"]),
    (
        {"data_capture": DataCapture(destination="s3://b", json_content_types=["json"])},
        ["data_capture.json_content_types[0] (JsonContentTypes)"],
    ),
    ({"tags": {"team": "a\tb"}}, ["a value of tags (Tags)"]),
    ({"wait_for": "Never"}, ["wait_for (WaitFor)"]),
    ({"adopt_existing": "perhaps"}, ["adopt_existing (AdoptExisting)"]),
    ({"conclusion": Conclusion.cancel(reason="a\nb")}, ["conclusion.reason (Reason)"]),
    ({"on_delete": OnDelete(conclusion=Conclusion.cancel(reason="a\nb"))}, ["on_delete.conclusion.reason (Reason)"]),
    (
        {"conclusion": Conclusion(shadow=cast("Any", "Keep"))},
        ["conclusion.shadow (ModelVariantActions)"],
    ),
    (ends(instance_type="big"), ["conclusion.shadow_instance_type (InstanceType)"]),
    (ends(instance_count=-1), ["conclusion.shadow_instance_count (InstanceCount)"]),
    (ends(instance_count=2) | {"shadow_variant": BIG}, ["shadow_variant.instance_type (InstanceType)"]),
    (
        {
            "conclusion": Conclusion(shadow=VariantAction.RETAIN, shadow_instance_count=2),
            "production_variant": replace(PRODUCTION, instance_type="big"),
        },
        ["production_variant.instance_type (InstanceType)"],
    ),
    (
        {"on_delete": OnDelete(conclusion=Conclusion(shadow=VariantAction.RETAIN, desired_variants=(PRODUCTION, BIG)))},
        ["on_delete.conclusion.desired_variants[1].instance_type (InstanceType)"],
    ),
]


@pytest.mark.parametrize(("given", "parameters"), WRONG_VALUES)
def test_what_is_wrong_is_named_by_its_parameter_and_once(
    declared: Any, given: dict[str, Any], parameters: list[str]
) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)

    said = [line.partition(" is ")[0].removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]
    assert said == parameters


TOKEN = Aws.STACK_NAME
ONE_LINE = "must be up to 1024 characters in one line"
NAME = "letters, digits and hyphens, a letter or digit first and last"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"description": f"two\nlines of {TOKEN}"},
            f"description (Description) is 'two\\nlines of <token>', {ONE_LINE}",
        ),
        (ends(reason=f"{TOKEN}\u2028done"), f"conclusion.reason (Reason) is '<token>\\u2028done', {ONE_LINE}"),
        (
            {"on_delete": OnDelete(conclusion=Conclusion.cancel(reason=f"{TOKEN}\r\n"))},
            f"on_delete.conclusion.reason (Reason) is '<token>\\r\\n', {ONE_LINE}",
        ),
        *(
            (
                {"description": f"{TOKEN}{separator}"},
                f"description (Description) is {f'<token>{separator}'!r}, {ONE_LINE}",
            )
            for separator in ("\r", "\x85", "\u2029")
        ),
        ({"description": f"{TOKEN}{'x' * 1025}"}, f"(1034 characters), {ONE_LINE}"),
        ({"experiment_name": f"{TOKEN}_test"}, f"experiment_name (Name) is '<token>_test', must be 1 to 120 {NAME}"),
        ({"endpoint": f"shop.{TOKEN}"}, f"endpoint (EndpointName) is 'shop.<token>', must be 1 to 63 {NAME}"),
        (
            {"production_variant": replace(PRODUCTION, model=f"-{TOKEN}")},
            f"production_variant.model (ModelName) is '-<token>', must be 1 to 63 {NAME}",
        ),
        (
            {"shadow_variant": replace(SHADOW, variant_name=f"{TOKEN}-")},
            f"shadow_variant.variant_name (VariantName) is '<token>-', must be 1 to 63 {NAME}",
        ),
        ({"run": f"{TOKEN}{'x' * 257}"}, "(266 characters), must be 1 to 256 characters"),
        ({"kms_key": f"alias/{TOKEN} x"}, "kms_key (KmsKey) is 'alias/<token> x', must be a KMS key's id"),
        (
            {"data_capture": DataCapture(destination=f"{TOKEN}/a\nb")},
            "data_capture.destination (Destination) is '<token>/a\\nb', must be an S3 location",
        ),
        (
            {
                "production_variant": PRODUCTION,
                "on_delete": OnDelete(
                    conclusion=Conclusion(
                        shadow=VariantAction.RETAIN, desired_variants=(PRODUCTION, replace(SHADOW, model=f"a_{TOKEN}"))
                    )
                ),
            },
            "on_delete.conclusion.desired_variants[1].model (ModelName) is 'a_<token>', must be 1 to 63",
        ),
        ({"tags": {f"team\t{TOKEN}": "shop"}}, "a key of tags (Tags) is 'team\\t<token>', must be 1 to 128 letters"),
        ({"tags": {"team": f"{TOKEN}\n{TOKEN}"}}, "a value of tags (Tags) is '<token>\\n<token>', must be up to 256"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_beside_a_token_is_refused(declared: Any, given: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)

    (line,) = str(raised.value).splitlines()[1:]
    assert fault in line


def test_what_is_allowed_beside_a_token_passes(declared: Any) -> None:
    properties = declared.rendered(
        experiment_name=f"{TOKEN}-test",
        endpoint=f"shop-{TOKEN}-{TOKEN}",
        description=f"a test of {TOKEN}, with Unicode: é",
        tags={"team": f"shop@{TOKEN}"},
    )

    assert properties["Description"]["Fn::Join"][1][0] == "a test of "


def test_a_run_beside_a_given_name_is_refused(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError, match="to start a new run, change experiment_name"):
        declared.experiment(experiment_name="mine", run="2")


JUNE = datetime(2030, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"schedule": Schedule.start_at(JUNE, until=JUNE)},
            "schedule.end (EndTime) is 2030-06-01T00:00:00+00:00, must be after schedule.start, 2030-06-01T00:00:00",
        ),
        (
            {"schedule": Schedule.start_at(JUNE, until=JUNE + timedelta(minutes=1))},
            "schedule.end (EndTime) is PT1M after schedule.start, must be from PT1H to P30D",
        ),
        (
            {"schedule": Schedule(end=JUNE, duration=Duration.days(1))},
            "schedule.duration (Duration) is given, must be omitted if schedule.end is given: a test has",
        ),
        (
            {"conclusion": Conclusion(desired_variants=(PRODUCTION, SHADOW))},
            "conclusion.desired_variants (DesiredModelVariants) has 'Shadow-01', which conclusion.production or "
            "conclusion.shadow removes",
        ),
        (
            {"schedule": Schedule.start_at("EndTime")},
            "schedule.start (StartTime) is 'EndTime', must be an ISO 8601 timestamp",
        ),
    ],
    ids=["order", "length", "both", "removed", "a value"],
)
def test_a_message_names_other_parameters_as_they_are_typed(declared: Any, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)

    assert f"  - {words}" in str(raised.value)


def test_nothing_is_made_of_a_declaration_that_is_refused(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError):
        declared.experiment(sampling_percentage=101)

    declared.template.resource_count_is("AWS::Lambda::Function", 0)


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({"not:possible?": "x"}, "a key of tags \\(Tags\\) is 'not:possible\\?'"),
        ({f"tag-{index}": "x" for index in range(44)}, "tags \\(Tags\\) has 44 entries, must be a list of 0 to 43"),
        ({"sagemaker-inference-experiment:stack-id": "mine"}, "must not start with aws: or"),
        ({"team": f"a\n{TOKEN}"}, "a value of tags \\(Tags\\) is 'a\\\\n<token>'"),
    ],
    ids=["a key", "too many", "reserved", "beside a token"],
)
def test_tags_of_the_app_are_checked_at_synth(declared: Any, tags: dict[str, str], problem: str) -> None:
    declared.experiment()
    for key, value in tags.items():
        Tags.of(declared.app).add(key, value)

    with pytest.raises(RuntimeError, match=problem):
        declared.app.synth()
