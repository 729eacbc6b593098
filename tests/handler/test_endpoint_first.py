"""The endpoint is as the end of a test leaves it before SageMaker shows that the test was stopped."""

from datetime import timedelta
from typing import Any

import pytest

from simulation.declarations import PRODUCTION, PROMOTE, REMOVE, RETAIN, SHADOW, declared
from tests.support.interruption import stop_once
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
    answer = stack.delete(removed(actions), name)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []


@pytest.mark.parametrize("event", ["Update", "Delete"])
@pytest.mark.parametrize(("actions", "left"), ENDINGS, ids=["promote", "retain", "remove"])
def test_a_request_that_lambda_runs_again_waits(
    stack: Stack, name: str, event: str, actions: dict[str, str], left: object
) -> None:
    properties = concluded(actions) if event == "Update" else removed(actions)
    old = {"old": declared()} if event == "Update" else {}
    request = stack.event(event, properties, physical_id=name, **old)
    mark = stack.mark()

    def endpoint_is_done() -> bool:
        stopped = "StopInferenceExperiment" in stack.calls(since=mark)
        return stopped and on_endpoint(stack) == left

    stop_once(stack, request, endpoint_is_done)
    assert stack.describe(name)["Status"] == "Running"

    stack.deliver(request)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert on_endpoint(stack) == left
