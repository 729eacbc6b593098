"""Validation: requests that botocore's service model does not allow are refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.sagemaker import ServiceError
from local.sagemaker.model import check, service_model, violations
from local.sagemaker.patterns import compiled
from simulation.declarations import variant
from tests.support.world import World

NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}"
EXPERIMENT_OPERATIONS = ("Create", "Describe", "Update", "Start", "Stop", "Delete")


def complaint(operation: str, parameters: Any) -> str:
    with pytest.raises(ServiceError) as refused:
        check(operation, parameters)
    assert refused.value.code == "ValidationException"
    return refused.value.message


def test_a_sound_declaration_passes(world: World) -> None:
    check("CreateInferenceExperiment", world.declaration())


def test_every_fault_is_named_at_its_place(world: World) -> None:
    declaration = world.declaration(Type="Canary", Description="x" * 1025)
    del declaration["RoleArn"]
    declaration["ModelVariants"][1]["ModelName"] = "-bad-"
    declaration["ModelVariants"][0]["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceCount"] = -1
    assert complaint("CreateInferenceExperiment", declaration) == (
        "5 validation errors detected: "
        "Value null at 'roleArn' failed to satisfy constraint: Member must not be null; "
        "Value 'Canary' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [ShadowMode]; "
        "Value '-1' at 'modelVariants.1.member.infrastructureConfig.realTimeInferenceConfig.instanceCount' failed to "
        "satisfy constraint: Member must have value greater than or equal to 0; "
        "Value '-bad-' at 'modelVariants.2.member.modelName' failed to satisfy constraint: Member must satisfy regular "
        r"expression pattern: [a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?; "
        f"Value '{'x' * 1025}' at 'description' failed to satisfy constraint: Member must have length less than or "
        "equal to 1024"
    )


def test_an_instance_type_that_the_service_model_does_not_know_is_refused(world: World) -> None:
    variants = [
        variant("AllTraffic", "champion", "ml.m5.xlrage"),
        variant("Shadow-01", "challenger"),
    ]
    with pytest.raises(ServiceError, match=r"Value 'ml\.m5\.xlrage' at .*instanceType' failed to satisfy constraint"):
        check("CreateInferenceExperiment", world.declaration(ModelVariants=variants))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Nonsense": 1}, "'nonsense' failed to satisfy constraint: Member is not known"),
        ({"ModelVariants": "two"}, "'modelVariants' failed to satisfy constraint: Member must be of type list"),
        ({"ModelVariants": []}, "length greater than or equal to 1"),
        ({"Description": None}, "'description' failed to satisfy constraint: Member must be of type string"),
        ({"RoleArn": None}, "'roleArn' failed to satisfy constraint: Member must not be null"),
        (
            {"Schedule": {"EndTime": "tomorrow"}},
            "'schedule.endTime' failed to satisfy constraint: Member must be of type",
        ),
        ({"Schedule": {"EndTime": datetime(2030, 1, 1)}}, "must have a time zone"),  # noqa: DTZ001
        ({"DataStorageConfig": {"Destination": "ftp://x"}}, "'dataStorageConfig.destination'"),
        ({"Tags": [{"Key": "no!", "Value": ""}]}, "'tags.1.member.key'"),
        ({"EndpointName": True}, "'endpointName' failed to satisfy constraint: Member must be of type string"),
    ],
)
def test_what_is_refused(world: World, changes: dict[str, Any], expected: str) -> None:
    message = complaint("CreateInferenceExperiment", world.declaration(**changes))
    assert expected in message
    assert message.startswith("1 validation error detected: ")


def test_a_true_is_not_a_number(world: World) -> None:
    assert "type integer" in complaint("ListInferenceExperiments", {"MaxResults": True})


def test_the_whole_value_must_match() -> None:
    assert complaint("DescribeInferenceExperiment", {"Name": "good name"})
    assert complaint("DescribeInferenceExperiment", {"Name": "good\n"})


@given(st.from_regex(rf"\A{NAME}\Z"))
def test_every_name_of_the_pattern_passes(name: str) -> None:
    if len(name) <= 120:
        check("DescribeInferenceExperiment", {"Name": name})


@given(st.text(min_size=1, max_size=130))
def test_no_other_name_passes(name: str) -> None:
    if len(name) > 120 or not re.fullmatch(NAME, name):
        assert complaint("DescribeInferenceExperiment", {"Name": name})
    else:
        check("DescribeInferenceExperiment", {"Name": name})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner),
    )
)
def test_no_value_makes_the_gate_stumble(value: Any) -> None:
    for verb in EXPERIMENT_OPERATIONS:
        shape = service_model().operation_model(f"{verb}InferenceExperiment").input_shape
        list(violations(shape, value))


@given(st.characters())
def test_the_categories_of_tag_patterns_are_unicodes_own(character: str) -> None:
    allowed = unicodedata.category(character)[0] in "LNZ" or character in "_.:/=+-@"
    pattern = compiled(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)")
    assert bool(pattern.fullmatch(character)) is allowed


def test_every_answer_fits_the_service_model(world: World) -> None:
    """The responses of this SageMaker fit the service model."""
    asked = {
        "DescribeModel": {"ModelName": "champion"},
        "DescribeEndpointConfig": {"EndpointConfigName": "shop-before"},
        "DescribeEndpoint": {"EndpointName": "shop"},
        "DescribeInferenceExperiment": {"Name": "trial"},
        "ListInferenceExperiments": {},
    }
    world.create(DataStorageConfig={"Destination": "s3://x"}, KmsKey="k", Description="d", Tags=[])
    for _ in range(4):
        for operation, parameters in asked.items():
            shape = service_model().operation_model(operation).output_shape
            assert list(violations(shape, world.call(operation, **parameters))) == []
        world.clock.advance(3 * 60)
