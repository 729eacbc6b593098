"""The loop itself: how often it reads the state, and what ends it."""

import logging

import pytest

from inference_experiment_handler import reconciler
from inference_experiment_handler.client import Clients
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.steps import Call, Wait
from inference_experiment_handler.runtime import event as events
from simulation.declarations import declared
from tests.support.stack import Stack


def test_a_create_asks_cloudformation_before_after_and_at_the_end(stack: Stack) -> None:
    assert stack.create(declared()).succeeded

    assert stack.asked == 3


def test_an_update_asks_cloudformation_at_first_and_at_the_end_and_one_that_changes_nothing_never(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.asked = 0

    assert stack.update(declared(), declared(), name).succeeded
    assert (stack.asked, stack.asked_of_resource) == (0, 0)
    assert stack.update(declared(), declared(sampling=50), name).succeeded
    assert (stack.asked, stack.asked_of_resource) == (2, 2)


def test_a_loop_that_never_waits_is_ended_and_says_so(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    request = events.parse(stack.event("Create", declared()), stack.clock.now())
    again = Call("DescribeStacks", stack.stack_id, {"StackName": stack.stack_id}, "once more")
    monkeypatch.setattr(reconciler, "plan", lambda _: again)

    with caplog.at_level(logging.WARNING, logger=reconciler.__name__):
        outcome = reconciler.reconcile(
            request,
            Journal(),
            Clients(stack.ports.sagemaker(), stack.ports.cloudformation, stack.ports.cloudwatch),
            stack.clock.now,
            lambda *_: None,
        )

    assert isinstance(outcome, Wait)
    assert stack.asked == 40
    assert "no wait in 40 steps" in caplog.text
