"""What the simulated Lambda knows about the invocations of a request."""

from datetime import timedelta
from typing import Any

import pytest
from greenlet import getcurrent

from campaign.function import Run, SandboxLostError
from campaign.world import START, World

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("served", "waited"),
    [
        pytest.param([], 0, id="never served"),
        pytest.param([(0, 5)], 0, id="at once"),
        pytest.param([(3, 5)], 3, id="the first invocation is late"),
        pytest.param([(0, 5), (5, 4), (20, 2)], 11, id="a handover is late"),
        pytest.param([(0, 10), (2, 3), (12, 1)], 2, id="a duplicate runs beside it"),
    ],
)
def test_how_long_a_request_waits_for_its_invocations(served: list[tuple[float, float]], waited: float) -> None:
    function = World(1).function
    function.runs += [_run(0, 60, of="other"), *(_run(*times, handovers=1) for times in served)]

    assert function.unserved("request", START) == waited * MINUTE


def test_a_request_waits_for_the_retries_after_a_crash() -> None:
    function = World(1).function
    function.runs += [_run(0, 1, error=SandboxLostError()), _run(2, 1, error=SandboxLostError()), _run(5, 1)]

    assert function.unserved("request", START) == 3 * MINUTE


def test_a_request_does_not_wait_if_its_last_invocation_left_nothing_to_deliver() -> None:
    """Lambda delivers a duplicate ten minutes after the function has neither responded nor handed over."""
    function = World(1).function
    function.runs += [_run(0, 1), _run(11, 1)]

    assert function.unserved("request", START) == 0 * MINUTE


def test_an_invocation_that_still_runs_serves_the_request() -> None:
    world, found = World(1), []
    present = Run("request", 0, {}, 0, False, False, START, handovers=1)
    world.function.runs += [present, _run(10, 1)]
    world.function._present[getcurrent()] = present

    world.scheduler.spawn(lambda: found.append(world.function.unserved("request", START)), seconds=900)
    world.scheduler.run()

    assert found == [0 * MINUTE]


def _run(began: float, minutes: float, *, of: str = "request", **how: Any) -> Run:
    return Run(of, 0, {}, 0, False, False, START + began * MINUTE, seconds=60 * minutes, **how)
