"""A request finds the endpoint as the Stop of an earlier request leaves it, which failed before the Stop was shown."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.sagemaker import ErrorFault, Hook
from simulation.declarations import (
    ENDPOINT,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
)
from simulation.endpoints import served
from tests.support.endpoint import Serving, deploy, production_of
from tests.support.interruption import stop_once
from tests.support.late_stop import (
    ENDINGS,
    LARGER,
    SHOWN_LATE,
    answered,
    each_ending,
    interrupt_when_endpoint_is_done,
    on_endpoint,
    removed,
    request_of,
)
from tests.support.stack import Stack
from tests.support.statuses import reported_as


@pytest.fixture
def stack() -> Stack:
    return Stack(**SHOWN_LATE)


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test."""
    return stack.create(declared()).physical_id


@pytest.mark.parametrize("events", [("Update", "Update"), ("Update", "Delete"), ("Delete", "Delete")], ids="-".join)
@each_ending
def test_a_later_request_waits_for_the_stop_of_a_failed_one(
    stack: Stack, name: str, events: tuple[str, str], ending: dict[str, Any], left: object
) -> None:
    first, event = events
    interrupt_when_endpoint_is_done(stack, request_of(stack, first, name, ending), left)
    assert stack.describe(name)["Status"] == "Running"

    answer = answered(stack, request_of(stack, event, name, ending))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == ([name] if event == "Update" else [])


@pytest.mark.parametrize("ending", ["promote", "promote on larger instances"])
def test_a_delete_that_removes_the_shadow_waits_for_the_promotion_of_a_failed_request(
    stack: Stack, name: str, ending: str
) -> None:
    properties, left = ENDINGS[ending]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)

    answer = answered(stack, request_of(stack, "Delete", name, {"ModelVariantActions": REMOVE}))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []


@pytest.mark.parametrize("event", ["Update", "Delete"])
def test_a_later_request_may_declare_other_instances(stack: Stack, name: str, event: str) -> None:
    properties, left = ENDINGS["retain on larger instances"]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)

    answer = answered(stack, request_of(stack, event, name, {"ModelVariantActions": RETAIN}))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


def test_a_delete_does_not_wait_for_a_failed_request_if_somebody_deploys_another_model(stack: Stack, name: str) -> None:
    properties, left = ENDINGS["retain on larger instances"]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)
    deploy(stack, [served(PRODUCTION)], [served(SHADOW, "contender") | {"InstanceType": LARGER}])
    mark = stack.mark()

    answer = stack.delete(removed(properties), name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" in stack.calls(since=mark)


def test_a_delete_waits_for_a_request_that_has_never_called_stop_until_two_hours_after_it(
    stack: Stack, name: str
) -> None:
    properties, larger = ENDINGS["retain on larger instances"]
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ThrottlingException"))
    issued = stack.clock.now()
    request = request_of(stack, "Delete", name, properties)
    stop_once(stack, request, lambda: "sagemaker-inference-experiment:ending" in stack.tags(name))
    deploy(stack, [served(PRODUCTION)], [served(SHADOW, "challenger") | {"InstanceType": LARGER}])
    assert on_endpoint(stack) == larger
    stack.clock.advance(timedelta(hours=1, minutes=30))
    stopped: list[datetime] = []
    stack.sagemaker.faults.add(Hook(lambda _: stopped.append(stack.clock.now()), "StopInferenceExperiment"))

    answer = stack.delete(removed(properties), name)

    assert timedelta(hours=2) <= stopped[0] - issued < timedelta(hours=2, minutes=2)
    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_delete_does_not_wait_for_a_stop_that_was_rejected_because_of_what_production_serves() -> None:
    stack = Stack(stop_deploys_another_model=False)
    properties = removed({"ModelVariantActions": PROMOTE})
    name = stack.create(properties).physical_id
    deploy(stack, [served(model="contender")], [served(SHADOW, "challenger")])
    retaining = properties | {"DesiredState": "Completed", "ModelVariantActions": RETAIN}
    assert not stack.update(properties, retaining, name).succeeded
    assert stack.roll_back(retaining, properties, name).succeeded
    before = stack.clock.now()

    answer = stack.delete(properties, name)

    assert f"If SageMaker does not accept that, update endpoint {ENDPOINT}" in answer.reason
    assert stack.clock.now() - before < timedelta(minutes=5)
    assert production_of(stack) == [Serving(PRODUCTION, "contender")]


def test_an_update_that_replaces_the_test_waits_for_the_stop_of_a_failed_request(stack: Stack, name: str) -> None:
    properties, left = ENDINGS["retain on larger instances"]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Delete", name, properties), left)
    mark = stack.mark()

    answer = stack.update(removed(properties), removed(properties) | {"Run": "2"}, name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["Status"] == "Completed"


@pytest.mark.parametrize("ending", ["promote", "retain on larger instances"])
def test_a_later_delete_waits_in_an_undocumented_status(stack: Stack, name: str, ending: str) -> None:
    properties, left = ENDINGS[ending]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)
    mark = stack.mark()

    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=3)):
        answer = answered(stack, request_of(stack, "Delete", name, properties))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
