"""The endpoint is as the end of a test leaves it before SageMaker shows that the test was stopped."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import Call, ConnectionFault, ErrorFault, Hook, SilentRollback
from simulation.declarations import (
    PRODUCTION,
    PROMOTE,
    SHADOW,
    declared,
)
from simulation.endpoints import served
from tests.support.endpoint import Serving, begin_to_deploy, deploy, production_of
from tests.support.interruption import meanwhile, stop_once
from tests.support.late_stop import (
    ENDINGS,
    LARGER,
    SHOWN_LATE,
    answered,
    concluded,
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


@each_ending
def test_a_conclusion_waits(stack: Stack, name: str, ending: dict[str, Any], left: object) -> None:
    mark = stack.mark()

    answer = stack.update(declared(), concluded(ending), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Status"] == "Completed"
    assert on_endpoint(stack) == left
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


@each_ending
def test_a_delete_waits(stack: Stack, name: str, ending: dict[str, Any], left: object) -> None:
    mark = stack.mark()

    answer = stack.delete(removed(ending), name)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


@pytest.mark.parametrize("event", ["Update", "Delete"])
@each_ending
def test_a_stop_without_a_response_is_waited_for(
    stack: Stack, name: str, event: str, ending: dict[str, Any], left: object
) -> None:
    stack.sagemaker.faults.add(ConnectionFault("StopInferenceExperiment", after=True))

    answer = answered(stack, request_of(stack, event, name, ending))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("event", ["Update", "Delete"])
@each_ending
def test_a_stop_by_another_delivery_is_waited_for(
    stack: Stack, name: str, event: str, ending: dict[str, Any], left: object
) -> None:
    request = request_of(stack, event, name, ending)

    def other_delivery(_: Call) -> None:
        mark = stack.mark()
        stop_once(stack, request, lambda: "StopInferenceExperiment" in stack.calls(since=mark))

    # The other delivery calls Stop first, so that of this one is in conflict.
    stack.sagemaker.faults.add(Hook(other_delivery, "StopInferenceExperiment"))

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


def test_what_somebody_deploys_after_the_promotion_is_reported_once_the_test_has_ended(stack: Stack, name: str) -> None:
    meanwhile(stack, lambda: begin_to_deploy(stack, [served("Blue")]), when=lambda: stack.served() == [SHADOW])

    answer = stack.update(declared(), concluded({"ModelVariantActions": PROMOTE}), name)

    assert not answer.succeeded
    assert "does not serve production traffic: endpoint shop serves Blue" in answer.reason


@pytest.mark.parametrize("event", ["Update", "Delete"])
@each_ending
def test_a_request_that_lambda_runs_again_waits(
    stack: Stack, name: str, event: str, ending: dict[str, Any], left: object
) -> None:
    request = request_of(stack, event, name, ending)
    interrupt_when_endpoint_is_done(stack, request, left)
    assert stack.describe(name)["Status"] == "Running"

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("event", ["Update", "Delete"])
def test_a_promotion_under_the_name_of_production_keeps_its_intent(event: str) -> None:
    stack = Stack(promoted_keeps_shadow_name=False, **SHOWN_LATE)
    name = stack.create(declared()).physical_id
    request = request_of(stack, event, name, {"ModelVariantActions": PROMOTE})
    stop_once(stack, request, lambda: not stack.shadows())
    mark = stack.mark()

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving(PRODUCTION, "challenger")]
    assert "StopInferenceExperiment" not in stack.calls(since=mark)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_conclusion_that_runs_again_waits_if_the_end_is_no_longer_declared(stack: Stack, ending: str) -> None:
    properties, left = ENDINGS[ending]
    before = declared(Schedule={"Duration": "P5D"})
    name = stack.create(before).physical_id
    after = declared(Schedule=None, DesiredState="Completed", **properties)
    request = stack.event("Update", after, physical_id=name, old=before)
    interrupt_when_endpoint_is_done(stack, request, left)

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("ending", ["retain on larger instances", "promote"])
def test_a_delete_that_runs_again_waits_in_an_undocumented_status(stack: Stack, name: str, ending: str) -> None:
    properties, left = ENDINGS[ending]
    request = request_of(stack, "Delete", name, properties)
    interrupt_when_endpoint_is_done(stack, request, left)
    mark = stack.mark()

    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=3)):
        answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert "StopInferenceExperiment" not in stack.calls(since=mark)


@pytest.mark.parametrize(
    ("ending", "shadow"),
    [
        ("retain", served(SHADOW, "challenger") | {"InstanceType": LARGER}),
        ("retain on larger instances", served(SHADOW, "contender") | {"InstanceType": LARGER}),
    ],
)
def test_what_somebody_deploys_before_the_stop_is_not_taken_for_its_effect(
    stack: Stack, name: str, ending: str, shadow: dict[str, Any]
) -> None:
    properties, _ = ENDINGS[ending]
    request = request_of(stack, "Delete", name, properties)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ThrottlingException"))
    stop_once(stack, request, lambda: "sagemaker-inference-experiment:ending" in stack.tags(name))
    deploy(stack, [served(PRODUCTION)], [shadow])

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_shadow_that_somebody_has_resized_is_removed_without_a_stop_to_wait_for(stack: Stack, name: str) -> None:
    properties, larger = ENDINGS["retain on larger instances"]
    deploy(stack, [served(PRODUCTION)], [served(SHADOW, "challenger") | {"InstanceType": LARGER}])
    assert on_endpoint(stack) == larger

    answer = stack.delete(removed(properties), name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize("endpoint_is", ["updated", "being updated"])
def test_a_rollback_leaves_the_intent_of_a_stop_that_shows_late(stack: Stack, name: str, endpoint_is: str) -> None:
    before, after = declared(), declared(Run="2")
    mark = stack.mark()

    def reached() -> bool:
        stopped = "StopInferenceExperiment" in stack.calls(since=mark)
        return stopped and (endpoint_is == "being updated" or not stack.shadows())

    stop_once(stack, stack.event("Update", after, physical_id=name, old=before), reached)
    assert stack.describe(name)["Status"] == "Running"

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason
    assert "sagemaker-inference-experiment:ending" in stack.tags(name)


def test_a_delete_reports_a_shadow_that_a_stop_has_left_before_the_rollback(stack: Stack, name: str) -> None:
    before, after = declared(), declared(Run="2")
    mark = stack.mark()
    stack.sagemaker.faults.add(SilentRollback())
    event = stack.event("Update", after, physical_id=name, old=before)
    stop_once(stack, event, lambda: "StopInferenceExperiment" in stack.calls(since=mark))
    assert stack.roll_back(after, before, name).succeeded
    stack.clock.advance(timedelta(minutes=30))
    assert stack.shadows() == [SHADOW]

    answer = stack.delete(before, name)

    assert not answer.succeeded
    assert f"shadow variant {SHADOW} is still on endpoint" in answer.reason
