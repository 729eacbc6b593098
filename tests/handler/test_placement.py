"""Endpoints that can't have a test, and the message in the response."""

from typing import Any

import pytest

from simulation.declarations import PRODUCTION, declared, shadow_mode, variant
from simulation.endpoints import served
from tests.support.endpoint import deploy
from tests.support.stack import Stack


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in served().items() if key not in keys}


SERVERLESS = {
    **without("InstanceType", "InitialInstanceCount"),
    "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 5},
}


@pytest.mark.parametrize(
    ("production", "words"),
    [
        (SERVERLESS, "has no instance type, as on a serverless endpoint; a shadow test needs an endpoint whose"),
        (without("ModelName"), "has no model of its own, as on an endpoint for inference components; a shadow test"),
    ],
    ids=["serverless", "inference components"],
)
def test_an_endpoint_that_has_no_shadow_tests_is_said_to_be_one(
    stack: Stack, production: dict[str, Any], words: str
) -> None:
    deploy(stack, [production])
    mark = stack.mark()

    answer = stack.create(declared())

    assert f"production variant {PRODUCTION} of endpoint shop {words}" in answer.reason
    assert stack.calls(since=mark) == []


def other_shadow() -> dict[str, Any]:
    variants = [variant(PRODUCTION, "champion"), variant("Shadow-02", "contender")]
    return declared(ModelVariants=variants, ShadowModeConfig=shadow_mode(shadow="Shadow-02"))


def test_the_shadow_of_another_test_is_left_to_that_test(stack: Stack) -> None:
    stack.create(declared())
    second = Stack(beside=stack, logical_id="Second")

    answer = second.create(other_shadow())

    assert not answer.succeeded
    assert "already has shadow variant Shadow-01, and can have only one: it belongs to another test" in answer.reason
    assert "`aws sagemaker list-inference-experiments` lists the tests" in answer.reason
    assert "If it belongs to a test, end that test first." in answer.reason
    assert "give Name the name of that test, and set AdoptExisting: true" in answer.reason


@pytest.mark.parametrize("schedule", [{"Duration": "P7D"}, {"StartTime": "2030-01-20T00:00:00Z", "Duration": "P7D"}])
def test_a_resource_that_was_moved_is_told_how_to_keep_its_test(stack: Stack, schedule: dict[str, str]) -> None:
    properties = declared(Schedule=schedule)
    name = stack.create(properties).physical_id
    moved = Stack(beside=stack, logical_id="Moved")

    answer = moved.create(properties)

    assert not answer.succeeded
    assert f"in use by inference experiment {stack.describe(name)['Arn']}" in answer.reason
    assert "Endpoint shop can have one test at a time." in answer.reason
    assert "give Name the name of that test, and set AdoptExisting: true" in answer.reason
