"""The recipe for a test that was stopped in the console."""

from typing import Any

import pytest

from simulation.declarations import PROMOTE, REMOVE, SHADOW, declared
from tests.support.recipes import PROMOTED
from tests.support.stack import Stack


def stop(stack: Stack, name: str, actions: dict[str, str]) -> None:
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=actions, DesiredState="Completed")
    stack.clock.advance(1200)


@pytest.mark.parametrize("change", [{"sampling": 50}, {"Description": "changed"}, {"Schedule": {"Duration": "P9D"}}])
def test_what_was_stopped_in_the_console_does_not_run_again(stack: Stack, name: str, change: dict[str, Any]) -> None:
    stop(stack, name, REMOVE)

    refused = stack.update(declared(), declared(**change), name)

    assert not refused.succeeded
    assert "Start a new run (change Run from" in refused.reason
    assert stack.update(declared(), declared(Tags=[{"Key": "team", "Value": "a"}]), name).succeeded
    following = stack.update(declared(), declared(Run="2"), name)
    assert following.succeeded, following.reason
    assert stack.shadows() == [SHADOW]


def test_the_conclusion_that_was_chosen_in_the_console_can_be_declared(stack: Stack, name: str) -> None:
    stop(stack, name, PROMOTE)

    other = declared(DesiredState="Completed", ModelVariantActions=REMOVE)
    assert not stack.update(declared(), other, name).succeeded
    assert stack.update(declared(), PROMOTED, name).succeeded
    assert stack.delete(PROMOTED, name).succeeded
    assert stack.names() == []
    assert stack.served() == [SHADOW]


@pytest.mark.parametrize(("new", "there"), [(declared(sampling=50), True), (PROMOTED, False)])
def test_a_record_that_was_deleted_is_created_again_unless_the_test_is_over(
    stack: Stack, name: str, new: dict[str, Any], there: bool
) -> None:
    stop(stack, name, PROMOTE if new is PROMOTED else REMOVE)
    stack.call("DeleteInferenceExperiment", Name=name)

    answer = stack.update(declared(), new, name)

    assert answer.succeeded, answer.reason
    assert (stack.names() == [name]) is there
    assert stack.delete(new, name).succeeded
