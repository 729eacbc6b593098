"""A takeover (``AdoptExisting``) that is rolled back: the test was there before, and goes on."""

from datetime import timedelta
from typing import Any

import pytest

from simulation.declarations import PRODUCTION, SHADOW, declared
from tests.support.foreign import make_theirs
from tests.support.stack import Stack

ADOPTING = declared(Name="theirs", AdoptExisting=True, sampling=50)
OWN = "sagemaker-inference-experiment:"


@pytest.fixture
def foreign(stack: Stack) -> Stack:
    """Somebody has made an experiment named ``theirs``, and it runs."""
    make_theirs(stack, Tags=[{"Key": "team", "Value": "ranking"}])
    stack.clock.advance(600)
    return stack


def delete_while(stack: Stack, status: str, properties: dict[str, Any], name: str) -> Any:
    """A Delete that CloudFormation sends while the stack has that status."""
    event = stack.event("Delete", properties, physical_id=name)
    stack.status_during[event["RequestId"]] = status
    stack.deliver(event)
    stack.run()
    return stack.answers[-1]


@pytest.mark.parametrize(
    "status", ["ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"]
)
def test_it_outlives_the_rollback_of_its_takeover_and_belongs_to_nobody(foreign: Stack, status: str) -> None:
    assert foreign.create(ADOPTING).succeeded
    mark = foreign.mark()

    answer = delete_while(foreign, status, ADOPTING, "theirs")

    assert answer.succeeded, answer.reason
    assert foreign.calls(since=mark) == ["DeleteTags"]
    assert foreign.describe("theirs")["Status"] == "Running"
    assert foreign.served() == [PRODUCTION]
    assert foreign.shadows() == [SHADOW]
    assert [key for key in foreign.tags("theirs") if key.startswith(OWN)] == []
    assert foreign.tags("theirs")["team"] == "ranking"


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"])
def test_any_other_delete_does_what_is_declared(foreign: Stack, status: str) -> None:
    assert foreign.create(ADOPTING).succeeded

    answer = delete_while(foreign, status, ADOPTING, "theirs")

    assert answer.succeeded, answer.reason
    assert foreign.names() == []
    assert foreign.shadows() == []


def test_a_test_of_its_own_does_not_outlive_a_rollback(stack: Stack) -> None:
    name = stack.create(declared()).physical_id

    answer = delete_while(stack, "ROLLBACK_IN_PROGRESS", declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []


def test_a_test_of_its_own_whose_tags_show_late_was_not_taken_over() -> None:
    stack = Stack(tags_visible_after=timedelta(seconds=40), creating=timedelta(seconds=5))
    scheduled = declared(Name="ranking", Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    name = stack.create(scheduled).physical_id

    answer = delete_while(stack, "ROLLBACK_IN_PROGRESS", scheduled, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []


def test_a_delete_of_what_was_not_taken_over_does_not_ask_cloudformation(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    asked = stack.asked

    assert stack.delete(declared(), name).succeeded
    assert stack.asked == asked


def test_an_update_that_took_it_over_is_rolled_back(foreign: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}, EndpointName="other")
    foreign.serve("other")
    foreign.clock.advance(600)
    name = foreign.create(before).physical_id
    assert foreign.update(before, ADOPTING, name).succeeded

    answer = foreign.roll_back(ADOPTING, before, name)

    assert answer.succeeded, answer.reason
    assert answer.physical_id == name
    assert foreign.describe("theirs")["Status"] == "Running"
    assert [key for key in foreign.tags("theirs") if key.startswith(OWN)] == []
    answer = delete_while(foreign, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ADOPTING, "theirs")
    assert answer.succeeded, answer.reason
    assert foreign.describe("theirs")["Status"] == "Running"
