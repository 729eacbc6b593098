"""The endpoint is as the end of a test leaves it before SageMaker shows that the test was stopped."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import Call, ConnectionFault, Hook, SilentRollback
from simulation.cloudformation import Answer
from simulation.declarations import PRODUCTION, PROMOTE, REMOVE, RETAIN, SHADOW, declared
from simulation.endpoints import served
from tests.support.endpoint import begin_to_deploy
from tests.support.interruption import meanwhile, stop_once
from tests.support.stack import Stack

ENDINGS = [(PROMOTE, ([SHADOW], [])), (RETAIN, ([PRODUCTION], [SHADOW])), (REMOVE, ([PRODUCTION], []))]
"""How a test ends, and the production variants and shadow variants of its endpoint then."""


@pytest.fixture
def stack() -> Stack:
    return Stack(stop_shows_after=timedelta(minutes=10), endpoint_first_by=timedelta(minutes=6))


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test."""
    return stack.create(declared()).physical_id


def concluded(actions: dict[str, str]) -> dict[str, Any]:
    return declared(DesiredState="Completed", ModelVariantActions=actions)


def removed(actions: dict[str, str]) -> dict[str, Any]:
    return declared(OnDelete={"DesiredState": "Completed", "ModelVariantActions": actions})


def request_of(stack: Stack, event: str, name: str, actions: dict[str, str]) -> dict[str, Any]:
    if event == "Update":
        return stack.event(event, concluded(actions), physical_id=name, old=declared())
    return stack.event(event, removed(actions), physical_id=name)


def answered(stack: Stack, request: dict[str, Any]) -> Answer:
    stack.deliver(request)
    stack.run()
    return stack.answers[-1]


def on_endpoint(stack: Stack) -> tuple[list[str], list[str]]:
    return stack.served(), stack.shadows()


@pytest.mark.parametrize(("actions", "left"), ENDINGS, ids=["promote", "retain", "remove"])
def test_a_conclusion_waits(stack: Stack, name: str, actions: dict[str, str], left: object) -> None:
    mark = stack.mark()

    answer = stack.update(declared(), concluded(actions), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Status"] == "Completed"
    assert on_endpoint(stack) == left
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


@pytest.mark.parametrize(("actions", "left"), ENDINGS, ids=["promote", "retain", "remove"])
def test_a_delete_waits(stack: Stack, name: str, actions: dict[str, str], left: object) -> None:
    mark = stack.mark()

    answer = stack.delete(removed(actions), name)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


@pytest.mark.parametrize("event", ["Update", "Delete"])
@pytest.mark.parametrize(("actions", "left"), ENDINGS, ids=["promote", "retain", "remove"])
def test_a_stop_without_a_response_is_waited_for(
    stack: Stack, name: str, event: str, actions: dict[str, str], left: object
) -> None:
    stack.sagemaker.faults.add(ConnectionFault("StopInferenceExperiment", after=True))

    answer = answered(stack, request_of(stack, event, name, actions))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("event", ["Update", "Delete"])
def test_a_promotion_by_another_delivery_is_waited_for(stack: Stack, name: str, event: str) -> None:
    request = request_of(stack, event, name, PROMOTE)

    def other_delivery(_: Call) -> None:
        mark = stack.mark()
        stop_once(stack, request, lambda: "StopInferenceExperiment" in stack.calls(since=mark))

    # The other delivery calls Stop first, so that of this one is in conflict.
    stack.sagemaker.faults.add(Hook(other_delivery, "StopInferenceExperiment"))

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == ([SHADOW], [])


def test_what_somebody_deploys_after_the_promotion_is_reported_once_the_test_has_ended(stack: Stack, name: str) -> None:
    meanwhile(stack, lambda: begin_to_deploy(stack, [served("Blue")]), when=lambda: stack.served() == [SHADOW])

    answer = stack.update(declared(), concluded(PROMOTE), name)

    assert not answer.succeeded
    assert "does not serve production traffic: endpoint shop serves Blue" in answer.reason


@pytest.mark.parametrize("event", ["Update", "Delete"])
@pytest.mark.parametrize(("actions", "left"), ENDINGS, ids=["promote", "retain", "remove"])
def test_a_request_that_lambda_runs_again_waits(
    stack: Stack, name: str, event: str, actions: dict[str, str], left: object
) -> None:
    request = request_of(stack, event, name, actions)
    mark = stack.mark()

    def endpoint_is_done() -> bool:
        stopped = "StopInferenceExperiment" in stack.calls(since=mark)
        return stopped and on_endpoint(stack) == left

    stop_once(stack, request, endpoint_is_done)
    assert stack.describe(name)["Status"] == "Running"

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


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
