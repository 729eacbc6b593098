"""``WaitFor: Created``: the deployment does not wait until the test runs."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import CancelFault
from simulation.declarations import PROMOTE, declared
from tests.support.stack import Stack

END = "2030-01-15T00:00:00Z"
SCHEDULED = {"StartTime": "2030-01-10T00:00:00Z", "EndTime": END}
TAKEN_ON: dict[str, Any] = {"WaitFor": "Created"}


@pytest.fixture
def slow() -> Stack:
    return Stack(starting=timedelta(hours=3))


@pytest.mark.parametrize("passes_created", [True, False])
def test_a_create_succeeds_while_the_test_starts(passes_created: bool) -> None:
    slow = Stack(starting=timedelta(hours=3), unscheduled_passes_created=passes_created)
    before = slow.clock.now()

    answer = slow.create(declared(**TAKEN_ON))

    assert answer.succeeded, answer.reason
    assert answer.at - before < timedelta(minutes=5)
    assert answer.data["Status"] in ("Creating", "Starting")
    slow.clock.advance(4 * 3600)
    assert slow.describe(answer.physical_id)["Status"] == "Running"


def test_the_same_once_more_while_it_starts_is_nothing_to_do(slow: Stack) -> None:
    name = slow.create(declared(**TAKEN_ON)).physical_id
    mark = slow.mark()

    assert slow.update(declared(**TAKEN_ON), declared(**TAKEN_ON, ServiceTimeout=1200), name).succeeded

    assert slow.calls(since=mark) == []


def test_a_change_while_it_starts_waits_until_it_can_be_made() -> None:
    stack = Stack(starting=timedelta(minutes=30))
    name = stack.create(declared(**TAKEN_ON)).physical_id

    answer = stack.update(declared(**TAKEN_ON), declared(**TAKEN_ON, sampling=50), name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Running"
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 50


def test_a_scheduled_test_that_is_started_is_not_waited_for_either(slow: Stack) -> None:
    name = slow.create(declared(**TAKEN_ON, Schedule=SCHEDULED)).physical_id

    now = declared(**TAKEN_ON, Schedule={"EndTime": END})
    answer = slow.update(declared(**TAKEN_ON, Schedule=SCHEDULED), now, name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Starting"


def test_a_conclusion_is_waited_for_all_the_same(stack: Stack) -> None:
    name = stack.create(declared(**TAKEN_ON)).physical_id
    concluded = declared(**TAKEN_ON, DesiredState="Completed", ModelVariantActions=PROMOTE)

    answer = stack.update(declared(**TAKEN_ON), concluded, name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Completed"


def test_a_test_that_was_given_up_after_the_deployment_goes_with_the_stack(slow: Stack) -> None:
    slow.sagemaker.faults.add(CancelFault("Starting", "no capacity"))
    name = slow.create(declared(**TAKEN_ON)).physical_id
    slow.clock.advance(4 * 3600)
    assert slow.describe(name)["Status"] == "Cancelled"

    assert slow.delete(declared(**TAKEN_ON), name).succeeded

    assert slow.names() == []
    assert slow.shadows() == []


def test_a_delete_while_it_starts_waits_and_removes_it() -> None:
    stack = Stack(starting=timedelta(minutes=20))
    name = stack.create(declared(**TAKEN_ON)).physical_id

    assert stack.delete(declared(**TAKEN_ON), name).succeeded

    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize("taken_away", [{"DataStorageConfig": {"Destination": "s3://captures"}}, {"KmsKey": "alias/x"}])
def test_what_a_starting_test_can_not_lose_is_refused_though_it_is_not_waited_for(taken_away: dict[str, Any]) -> None:
    stack = Stack(starting=timedelta(minutes=20))
    before = declared(**TAKEN_ON, **taken_away)
    name = stack.create(before).physical_id

    answer = stack.update(before, declared(**TAKEN_ON), name)

    assert not answer.succeeded
    assert "declared nothing" in answer.reason
