"""Invalid properties: all faults are reported at once, each with what is allowed. Unknown values have no faults."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.spec.declaration import Removal
from inference_experiment_handler.spec.parser import InvalidPropertiesError, faults_in, parse, parse_removal
from simulation.cloudformation import as_sent
from simulation.declarations import (
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    as_served,
    declared,
    shadow_mode,
    variant,
)


def faults_of(properties: dict[str, Any]) -> tuple[str, ...]:
    return tuple(map(str, faults_in(as_sent(properties), opaque=lambda _: False)))


@pytest.mark.parametrize("faulty", [0, 1])
def test_a_variant_that_cannot_be_read_is_one_fault(faulty: int) -> None:
    variants = [variant("AllTraffic", "m"), variant(SHADOW, "n")]
    variants[faulty]["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceType"] = "m5.xlarge"

    (fault,) = faults_of(declared(ModelVariants=variants))

    assert "InstanceType is 'm5.xlarge'" in fault


def test_both_variants_that_lack_an_entry_are_said_at_once() -> None:
    faults = faults_of(declared(ModelVariants=[variant("A", "m"), variant("B", "n")]))

    assert [fault.partition(" that")[0] for fault in faults] == [
        "ModelVariants has no entry for the production variant 'AllTraffic'",
        "ModelVariants has no entry for the shadow variant 'Shadow-01'",
    ]


def test_two_variants_of_one_name_are_said_once() -> None:
    (fault,) = faults_of(
        declared(
            DesiredState="Completed",
            ModelVariantActions={"A": "Retain"},
            ModelVariants=[variant("A", "m"), variant("A", "n")],
            ShadowModeConfig=shadow_mode(production="A", shadow="A"),
        )
    )

    assert fault.endswith("ShadowModelVariantName is 'A', which is the production variant's name, must be another")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"RoleArn": None}, "RoleArn is missing"),
    ({"RoleArn": "arn:aws:iam::1:role/x"}, "RoleArn is 'arn:aws:iam::1:role/x', must be the ARN of an IAM role"),
    ({"EndpointName": "-x"}, "EndpointName is '-x', must be 1 to 63 letters, digits and hyphens"),
    ({"EndpointName": ["a"]}, "EndpointName is ['a'], must be"),
    ({"Name": "n" * 121}, "must be 1 to 120 letters"),
    ({"Type": "Canary"}, "Type is 'Canary', must be ShadowMode"),
    ({"KmsKey": "a b"}, "KmsKey is 'a b', must be a KMS key's id, ARN or alias"),
    ({"Description": "d" * 1025}, "Description is 'ddd"),
    ({"Description": "a\nb"}, "Description is 'a\\nb', must be up to 1024 characters in one line"),
    ({"Description": "a\r"}, "Description is 'a\\r', must be up to 1024 characters in one line"),
    (
        {"DesiredState": "Completed", "Reason": "a\x85b"},
        "Reason is 'a\\x85b', must be up to 1024 characters in one line",
    ),
    ({"OnDelete": {"Reason": "a\u2028b"}}, "OnDelete.Reason is 'a\\u2028b', must be up to 1024 characters in one line"),
    ({"OnDelete": {"Reason": "a\u2029b"}}, "OnDelete.Reason is 'a\\u2029b', must be up to 1024 characters in one line"),
    ({"Tags": [{"Key": "a\tb"}]}, "Tags[0].Key is 'a\\tb', must be 1 to 128 letters, digits, spaces (no tabs, no newl"),
    (
        {"Tags": [{"Key": "a", "Value": "b\n"}]},
        "Tags[0].Value is 'b\\n', must be up to 256 letters, digits, spaces (no",
    ),
    ({"Run": ""}, "Run is '', must be 1 to 256 characters"),
    ({"Nmae": "x"}, "Nmae is not a property, did you mean Name?"),
    ({"sampling": 101}, "SamplingPercentage is '101', must be an integer from 0 to 100"),
    ({"sampling": -1}, "SamplingPercentage is '-1', must be an integer from 0 to 100"),
    ({"sampling": "ten"}, "SamplingPercentage is 'ten', must be an integer from 0 to 100"),
    ({"sampling": 1.5}, "SamplingPercentage is '1.5', must be an integer from 0 to 100"),
    ({"ModelVariants": None}, "ModelVariants is missing"),
    ({"ModelVariants": []}, "ModelVariants has 0 entries, must be a list of 1 to 2 entries"),
    (
        {"ModelVariants": [variant("AllTraffic", "m")]},
        "ModelVariants has only 'AllTraffic', must have an entry for the shadow variant 'Shadow-01'",
    ),
    (
        {"ModelVariants": [variant("Other", "m")]},
        "ModelVariants has no entry for the shadow variant 'Shadow-01' that ShadowModeConfig names",
    ),
    (
        {"ModelVariants": [{"ModelName": "m"}, {"ModelName": "n"}]},
        "ModelVariants has two entries without VariantName, must have at most one: that of the shadow variant",
    ),
    (
        {"ModelVariants": [variant("A", "m"), variant("B", "n")], "ShadowModeConfig": as_served()["ShadowModeConfig"]},
        "ShadowModeConfig names neither variant, must have SourceModelVariantName: A or B",
    ),
    ({"ModelVariants": [{"VariantName": "Shadow-01"}]}, "ModelVariants[0].ModelName is missing"),
    (
        {"ModelVariants": [{"VariantName": "AllTraffic", "ModelName": "m"}, variant(SHADOW, "n")]},
        "ModelVariants[0].InfrastructureConfig is missing",
    ),
    ({"ModelVariants": [variant("AllTraffic", "m")] * 2}, "ModelVariants has 'AllTraffic' twice"),
    (
        {"ModelVariants": [variant("AllTraffic", "m"), variant("Other", "n")]},
        "ModelVariants has no entry for the shadow variant 'Shadow-01' that ShadowModeConfig names",
    ),
    ({"ModelVariants": ["a", "b"]}, "ModelVariants[0] is 'a', must be a map of properties"),
    (
        {"ModelVariants": [variant("AllTraffic", "m", instance_type="big"), variant(SHADOW, "n")]},
        "InstanceType is 'big', must be an instance type such as ml.m5.xlarge",
    ),
    (
        {"ModelVariants": [variant("AllTraffic", "m"), variant(SHADOW, "n", instance_type="ml.inf1.xlarge")]},
        "ModelVariants[1].InfrastructureConfig.RealTimeInferenceConfig.InstanceType is 'ml.inf1.xlarge', must "
        "not be Inf1, which SageMaker does not support",
    ),
    ({"ShadowModeConfig": shadow_mode(shadow="AllTraffic")}, "is 'AllTraffic', which is the production variant's name"),
    ({"ShadowModeConfig": shadow_mode(shadow="alltraffic")}, "is 'alltraffic', which is the production variant's name"),
    (
        {"ShadowModeConfig": {"SourceModelVariantName": "a", "ShadowModelVariants": []}},
        "must be a list of exactly 1 entry",
    ),
    ({"Schedule": "now"}, "Schedule is 'now', must be a map of properties"),
    ({"Schedule": {"StartTime": "2030-01-01"}}, "without a time zone"),
    ({"Schedule": {"StartTime": "soon"}}, "must be an ISO 8601 timestamp with a time zone"),
    (
        {"Schedule": {"StartTime": "2030-01-02T00:00:00Z", "EndTime": "2030-01-01T00:00:00Z"}},
        "Schedule.EndTime is 2030-01-01T00:00:00+00:00, must be after StartTime",
    ),
    (
        {"Schedule": {"StartTime": "2030-01-01T00:00:00Z", "EndTime": "2030-02-01T00:00:00Z"}},
        "Schedule.EndTime is P31D after StartTime, must be from PT1H to P30D",
    ),
    ({"Schedule": {"Duration": "P31D"}}, "Schedule.Duration is P31D, must be from PT1H to P30D"),
    ({"Schedule": {"Duration": "PT59M"}}, "Schedule.Duration is PT59M, must be from PT1H to P30D"),
    ({"Schedule": {"Duration": "7 days"}}, "must be an ISO 8601 duration such as P7D or PT36H"),
    ({"Schedule": {"Duration": "P"}}, "must be an ISO 8601 duration"),
    ({"Schedule": {"Duration": "P1M"}}, "must be an ISO 8601 duration"),
    ({"Schedule": {"Duration": "P2D", "EndTime": "2030-01-01T00:00:00Z"}}, "is given, must be omitted if EndTime"),
    ({"DataStorageConfig": {}}, "DataStorageConfig.Destination is missing"),
    ({"DataStorageConfig": {"Destination": "ftp://x"}}, "must be an S3 location"),
    (
        {"DataStorageConfig": {"Destination": "s3://b", "ContentType": {"CsvContentTypes": ["text/csv"] * 11}}},
        "must be a list of 1 to 10 strings",
    ),
    (
        {"DataStorageConfig": {"Destination": "s3://b", "ContentType": {"JsonContentTypes": ["json"]}}},
        "JsonContentTypes[0] is 'json', must be a content type such as text/csv",
    ),
    ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "Tags[1].Key is 'a', which is already given"),
    ({"Tags": [{"Key": "sagemaker-inference-experiment:x", "Value": "1"}]}, "must not start with aws: or sagemaker-"),
    ({"Tags": [{"Key": f"k{n}"} for n in range(47)]}, "Tags has 47 entries, must be a list of 0 to 43"),
    ({"Tags": {"a": "b"}}, "Tags is {'a': 'b'}, must be a list"),
    ({"WaitFor": "Starting"}, "WaitFor is 'Starting', must be Created or Running"),
    ({"AdoptExisting": "yes"}, "AdoptExisting is 'yes', must be true or false"),
    ({"Attributes": "EndTime"}, "Attributes is 'EndTime', must be a list of 1 to 20 strings"),
    ({"Attributes": ["End Time"]}, "Attributes[0] is 'End Time', must be the name of an attribute, such as Scheduled"),
    ({"ServiceTimeout": 3601}, "ServiceTimeout is '3601', must be an integer from 1 to 3600"),
    ({"DesiredState": "Running"}, "DesiredState is 'Running', must be Completed or Cancelled"),
    ({"ModelVariantActions": PROMOTE}, "DesiredState is missing, but ModelVariantActions"),
    ({"Reason": "why"}, "DesiredState is missing, but"),
    (
        {"DesiredState": "Completed", "ModelVariantActions": {"AllTraffic": "Remove"}},
        "ModelVariantActions.Shadow-01 is missing, must be Retain, Remove or Promote for the shadow variant",
    ),
    (
        {"DesiredState": "Completed", "ModelVariantActions": {"AllTraffic": "Remove", SHADOW: "Remove"}},
        "leaves the endpoint without a production variant: promote 'Shadow-01'",
    ),
    (
        {"DesiredState": "Completed", "ModelVariantActions": {"AllTraffic": "Promote", SHADOW: "Remove"}},
        "but it is the production variant: promote the shadow variant instead",
    ),
    (
        {"DesiredState": "Completed", "ModelVariantActions": {**PROMOTE, "Other": "Retain"}},
        "ModelVariantActions.Other is not a variant of this experiment, must be AllTraffic or Shadow-01",
    ),
    (
        {"DesiredState": "Completed", "ModelVariantActions": {"AllTraffic": "Keep", SHADOW: "Promote"}},
        "ModelVariantActions.AllTraffic is 'Keep', must be Retain, Remove or Promote",
    ),
    (
        {
            "DesiredState": "Completed",
            "ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"},
            "DesiredModelVariants": [variant("AllTraffic", "champion")],
        },
        "DesiredModelVariants lacks 'Shadow-01', must have an entry for the shadow variant, which stays",
    ),
    (
        {"DesiredState": "Completed", "DesiredModelVariants": [variant("Other", "m")]},
        "DesiredModelVariants has 'Other', not a variant of this experiment, must have AllTraffic or Shadow-01",
    ),
    (
        {
            "DesiredState": "Completed",
            "ModelVariantActions": REMOVE,
            "DesiredModelVariants": [variant(SHADOW, "challenger")],
        },
        "DesiredModelVariants has 'Shadow-01', which ModelVariantActions removes",
    ),
    ({"OnDelete": {"Record": "Keep"}}, "OnDelete.Record is 'Keep', must be Delete or Retain"),
    ({"OnDelete": {"Actions": {}}}, "OnDelete.Actions is not a property"),
]


@pytest.mark.parametrize(("changes", "words"), BAD, ids=[words[:60] for _, words in BAD])
def test_what_is_wrong_is_named_with_what_is_allowed(changes: dict[str, Any], words: str) -> None:
    faults = faults_of(declared(**changes))

    assert any(words in fault for fault in faults), faults
    assert all(fault[0].isalpha() and not fault.endswith(".") for fault in faults)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InvalidPropertiesError) as raised:
        parse({"Nmae": "x", "ShadowModeConfig": shadow_mode("101")})

    assert str(raised.value).startswith("5 faults in the properties: ")
    assert [fault.split(" ")[0] for fault in raised.value.faults] == [
        "RoleArn",
        "EndpointName",
        "ShadowModeConfig.ShadowModelVariants[0].SamplingPercentage",
        "ModelVariants",
        "Nmae",
    ]


TOKEN = "${Token[1]}"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


KEYS = sorted({*declared(), *(key for changes, _ in BAD for key in changes if key != "sampling")})


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
def test_nonsense_is_refused_never_a_crash(changes: dict[str, Any]) -> None:
    for properties in (changes, declared() | changes):
        with suppress(InvalidPropertiesError):
            parse(as_sent(properties))
        assert isinstance(parse_removal(as_sent(properties)), Removal)


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), st.sampled_from(sorted({*KEYS} - {"Nmae"})))
def test_a_value_that_nobody_knows_yet_has_no_faults(changes: dict[str, Any], key: str) -> None:
    token = object()

    faults = faults_in(declared() | changes | {key: token}, opaque=lambda value: value is token)

    assert not any(str(fault).startswith((f"{key} is ", f"{key}.", f"{key}[")) for fault in faults)


@pytest.mark.parametrize(
    ("properties", "fault"),
    [
        (
            declared(Name="shop", Run=TOKEN),
            "Run is given, must be omitted if Name is given: to start a new run, change Name",
        ),
        (
            declared(ModelVariants=[variant("A", "m")], ShadowModeConfig=shadow_mode(production="A", shadow=TOKEN)),
            "ModelVariants has only 'A', must have an entry for the shadow variant",
        ),
    ],
)
def test_a_fault_beside_a_value_that_nobody_knows_yet_shows_none(properties: dict[str, Any], fault: str) -> None:
    assert [str(each) for each in faults_in(properties, opaque=lambda value: value == TOKEN)] == [fault]


def test_tokens_at_any_depth_pass() -> None:
    token = object()

    def with_tokens(value: Any, skip: int) -> Any:
        """The same properties with one scalar after another replaced."""
        count = -1

        def walk(node: Any) -> Any:
            nonlocal count
            if isinstance(node, dict):
                return {name: walk(item) for name, item in node.items()}
            if isinstance(node, list):
                return [walk(item) for item in node]
            count += 1
            return token if count == skip else node

        return walk(value)

    whole = declared(
        DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": ["text/csv"]}},
        Schedule={"StartTime": "2030-01-01T00:00:00Z", "EndTime": "2030-01-02T00:00:00Z"},
        DesiredState="Completed",
        ModelVariantActions=PROMOTE,
        DesiredModelVariants=[variant(SHADOW, "challenger")],
        Tags=[{"Key": "a", "Value": "b"}],
        OnDelete={"ModelVariantActions": RETAIN},
    )
    skip = 0
    while (replaced := with_tokens(whole, skip)) != whole:
        assert faults_in(replaced, opaque=lambda value: value is token) == ()
        skip += 1
    assert skip > 30
