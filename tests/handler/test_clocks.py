"""The clock of Lambda, and the clock that signs the response URL, may differ by some seconds."""

from datetime import UTC, datetime, timedelta

import pytest

from inference_experiment_handler.runtime import event as events
from local.sagemaker import SilentRollback
from simulation.declarations import declared
from tests.support.interruption import meanwhile, stop_once
from tests.support.stack import Stack

NOW = datetime(2030, 1, 1, tzinfo=UTC)


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
