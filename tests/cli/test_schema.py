"""``shadowtest schema``: the parser and the schema agree."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from inference_experiment_handler.spec.parser import faults_in
from shadowtest.schema.whole import of_properties, of_template
from simulation.cloudformation import as_sent
from simulation.declarations import PRODUCTION, PROMOTE, REMOVE, RETAIN, SHADOW, as_served, declared, variant
from tests.support.command_line import CommandLine

PROPERTIES = Draft7Validator(of_properties())
TEMPLATE = Draft7Validator(of_template())
WHOLE = declared(
    Run="2",
    Type="ShadowMode",
    EndpointConfigName="shop-2",
    Attributes=["ScheduledEndEpoch"],
    KmsKey="alias/shop",
    Description="on trial",
    DataStorageConfig={
        "Destination": "s3://captured/shop",
        "KmsKey": "",
        "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    },
    Tags=[{"Key": "team", "Value": "search"}],
    DesiredState="Completed",
    ModelVariantActions=PROMOTE,
    DesiredModelVariants=[variant(SHADOW, "challenger")],
    Reason="as accurate",
    PromoteIf={
        "Window": "P1D",
        "Patience": "PT30M",
        "Criteria": [
            {"Type": "Traffic", "MinInvocations": 20000, "Enforce": False},
            {"Type": "Latency", "Statistic": "p99.9", "MaxRatio": 1.1, "Max": 250},
            {"Type": "ErrorRate", "MetricName": "Invocation5XXErrors", "MaxIncrease": 0.1, "Max": 1},
            {
                "Type": "Metric",
                "Namespace": "Shop",
                "MetricName": "Agreement",
                "Dimensions": {"Stage": "beta"},
                "Statistic": "Average",
                "Min": 0.98,
                "Max": 1,
            },
            {"Type": "Alarms", "AlarmNames": ["too slow"]},
            {"Type": "Running", "AtLeast": "P2D"},
        ],
    },
    OnDelete={"ModelVariantActions": RETAIN, "Record": "Retain", "DesiredState": "Cancelled", "Reason": "gone"},
    AdoptExisting=True,
    WaitFor="Created",
    ServiceTimeout=600,
)
VALID = [
    WHOLE,
    declared(),
    as_served(),
    as_served(Name="shop", OnDelete={"ModelVariantActions": {"Shadow": "Remove"}}),
    declared(Schedule={"StartTime": "2030-01-01T00:00:00Z", "EndTime": "2030-01-02T00:00:00+01:00"}),
    declared(DesiredState="Cancelled", ModelVariantActions=REMOVE, DesiredModelVariants=[variant(PRODUCTION, "m")]),
]
# Near what is allowed, and far from it.
VALUES = st.one_of(
    st.sampled_from(
        ["", "x", "0", "101", "-1", "5.0", "true", "maybe", "P7D", "7d", "PT", "s3://b", "ml.m5.xlarge", "text/csv"]
    ),
    st.sampled_from(["Promote", "Keep", "Retain", "Completed", "2030-01-01T00:00:00Z", "Größe", "a\nb", "arn:aws:x"]),
    st.sampled_from(["RealTimeInference", "Created", "Running", "a" * 64, "a" * 300, "d" * 1025]),
    st.booleans(),
    st.integers(-2, 200),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)


def refused(properties: dict[str, Any]) -> bool:
    """By the parser, which gets what CloudFormation makes of a template."""
    return bool(faults_in(as_sent(properties), opaque=lambda _: False))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in children for each in paths(child, (*path, key)))]


def changed(value: Any, path: tuple[str | int, ...], change: Any) -> Any:
    """The same with another value at a path."""
    if not path:
        return change
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], change)
    return copy


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """Valid properties in which one value is another, is missing, or has another name."""
    valid = draw(st.sampled_from(VALID))
    path = draw(st.sampled_from([path for path in paths(valid) if path]))
    kind = draw(st.sampled_from(["value", "missing", "misspelt"]))
    if kind == "value" or not isinstance(path[-1], str):
        return dict(changed(valid, path, draw(VALUES)))
    parent: Any = valid
    for key in path[:-1]:
        parent = parent[key]
    named = {f"{path[-1]}s": parent[path[-1]]} if kind == "misspelt" else {}
    rest = {key: value for key, value in parent.items() if key != path[-1]}
    return dict(changed(valid, path[:-1], {**rest, **named}))


@pytest.mark.parametrize("schema", [of_properties(), of_template()])
def test_it_is_a_schema_of_draft_07(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("properties", VALID)
def test_what_is_valid_is_valid_to_both(properties: dict[str, Any]) -> None:
    for each in (properties, as_sent(properties)):
        PROPERTIES.validate(each)
    assert not refused(properties)


@settings(max_examples=500)
@given(mutations())
def test_what_the_schema_refuses_the_parser_refuses(properties: dict[str, Any]) -> None:
    if not PROPERTIES.is_valid(properties) or not PROPERTIES.is_valid(as_sent(properties)):
        assert refused(properties)


@pytest.mark.parametrize("name", of_properties()["properties"])
def test_each_property_of_the_schema_is_one_of_the_parser(name: str) -> None:
    assert name in WHOLE or name == "Name"


@pytest.mark.parametrize(
    "change",
    [
        {"SamplingPercent": 10},
        {"Schedule": {"Duration": "7d"}},
        {"ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": 0.1}]}},
        {"ShadowModeConfig": {"ShadowModelVariants": [{}]}},
        {"ModelVariants": [{"ModelName": "m"}] * 3},
        {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Keep"}},
        {"OnDelete": {"Record": "Keep"}},
        {"OnDelete": {"PromoteIf": {"Criteria": [{"Type": "Running", "AtLeast": "P2D"}]}}},
        {"PromoteIf": {"Criteria": [{"Type": "Trafic", "MinInvocations": 1}]}},
        {"PromoteIf": {"Criteria": [{"Type": "Traffic", "MinInvocations": 1, "MaxRatio": 2}]}},
        {"PromoteIf": {"Criteria": [{"Type": "Traffic", "AtLeast": "P2D"}]}},
        {"PromoteIf": {"Criteria": [{"Type": "Latency", "Statistic": "p99", "MaxRatio": 0}]}},
        {"PromoteIf": {"Criteria": []}},
        {"ServiceTimeout": 3601},
        {"DataStorageConfig": {"Destination": "s3://b", "ContentType": {"CsvContentTypes": ["csv"]}}},
        {"RoleArn": 5},
    ],
)
def test_it_refuses(change: dict[str, Any]) -> None:
    assert not PROPERTIES.is_valid(as_served() | change)


@pytest.mark.parametrize("function", [{"Ref": "X"}, {"Fn::Sub": "${X}"}, {"Fn::If": ["C", "a"]}, {"Condition": "C"}])
def test_a_function_passes_everywhere(function: dict[str, Any]) -> None:
    for path in paths(WHOLE):
        if path:
            PROPERTIES.validate(changed(WHOLE, path, function))


def test_what_a_function_adds_may_be_what_is_missing() -> None:
    TEMPLATE.validate(in_template({"Fn::Transform": {"Name": "AWS::Include"}}))
    assert not PROPERTIES.is_valid(as_served(KmsKey={"Ref": "X", "Rfe": "Y"}))


def in_template(properties: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {"ShadowTest": {"Type": "Custom::SageMakerInferenceExperiment", "Properties": properties}}}


def test_that_of_a_template_checks_experiments_only() -> None:
    without_token = {key: value for key, value in declared().items() if key != "ServiceToken"}

    TEMPLATE.validate(in_template(declared()))
    TEMPLATE.validate({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"Duration": "7d"}}}})
    assert not TEMPLATE.is_valid(in_template(without_token))
    assert not TEMPLATE.is_valid(in_template(declared(Nmae="x")))
    assert not TEMPLATE.is_valid({"Resources": {"X": {"Type": "Custom::SageMakerInferenceExperiment"}}})


def test_the_command_prints_both(shadowtest: CommandLine) -> None:
    assert json.loads(shadowtest("schema").out) == of_properties()
    assert json.loads(shadowtest("schema", "--template").out) == of_template()
