"""The clocks of CloudFormation, of Lambda and of the response URL may differ by some seconds."""

from datetime import UTC, datetime, timedelta

import pytest

from inference_experiment_handler.runtime import event as events
from local.sagemaker import SilentRollback
from simulation.declarations import declared
from tests.support.interruption import meanwhile, stop_once
from tests.support.stack import Stack
from tests.support.statuses import reported_as

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SCHEDULED = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})


@pytest.mark.parametrize("behind", [0, 3, 5])
def test_a_delete_right_after_a_failed_create_removes_the_test(stack: Stack, behind: int) -> None:
    with reported_as(stack, "Paused"):
        failed = stack.create(declared())
    assert "'Paused'" in failed.reason
    stack.clock.advance(1)

    stack.deliver(stack.event("Delete", declared(), physical_id=failed.physical_id, clock_ahead=-behind))
    stack.run()

    assert stack.answers[-1].succeeded
    assert stack.names() == []


@pytest.mark.parametrize("behind", [0, 3, 5])
def test_the_clean_up_right_after_an_update_removes_the_scheduled_run(stack: Stack, behind: int) -> None:
    old = stack.create(SCHEDULED).physical_id
    stack.serve("other")
    stack.clock.advance(3600)
    new = stack.update(SCHEDULED, declared(Run="2", EndpointName="other", WaitFor="Created"), old)
    assert new.succeeded, new.reason
    stack.clock.advance(2)

    stack.deliver(stack.event("Delete", SCHEDULED, physical_id=old, clock_ahead=-behind))
    stack.run()

    assert stack.answers[-1].succeeded
    assert stack.names() == [new.physical_id]


@pytest.mark.parametrize("ahead", [0, 3])
def test_two_deliveries_of_a_delete_are_one_request(stack: Stack, ahead: int) -> None:
    stack.poll_seconds = 5
    name = stack.create(declared()).physical_id
    stack.clock.advance(3600)
    stack.sagemaker.faults.add(SilentRollback())
    event = stack.event("Delete", declared(), physical_id=name, clock_ahead=ahead)
    began = stack.clock.now()
    meanwhile(
        stack,
        lambda: stop_once(stack, event, lambda: True),
        when=lambda: stack.clock.now() - began > timedelta(seconds=20),
    )

    stack.serve_once(event)

    # The first delivery verifies its Stop. It does not take the second one for a newer request.
    assert not stack.answers[-1].succeeded
    assert stack.shadows() != []


@pytest.mark.parametrize(("ahead", "issued"), [(-60, -60), (0, 0), (5, 5), (6, 0)])
def test_a_time_far_in_the_future_is_not_used(ahead: int, issued: int) -> None:
    signed = NOW + timedelta(seconds=ahead)
    event = {"ResponseURL": f"https://cloudformation.test/1?X-Amz-Date={signed:%Y%m%dT%H%M%SZ}"}

    assert events.issued(event, NOW) == NOW + timedelta(seconds=issued)
