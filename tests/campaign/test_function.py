"""What the simulated Lambda knows about the invocations of a request."""

from datetime import timedelta
from typing import Any

import pytest
from greenlet import getcurrent

from campaign.function import Run, SandboxLostError
from campaign.world import START, World

MINUTE = timedelta(minutes=1)


def waits(*runs: Run, until: float) -> list[tuple[float, float]]:
    """In minutes since the request was sent."""
    world, found = World(1), []
    world.function.runs += [_run(0, 60, of="other"), *runs]

    def look() -> None:
        found.extend(world.function.waits("request", START))

    world.scheduler.spawn(look, seconds=60 * until)
    world.scheduler.run()
    return [((begin - START) / MINUTE, (end - START) / MINUTE) for begin, end in found]


@pytest.mark.parametrize(
    ("served", "waited"),
    [
        pytest.param([], [(0, 30)], id="never served"),
        pytest.param([(0.01, 5)], [], id="almost at once"),
        pytest.param([(3, 5)], [(0, 3)], id="the first invocation is late"),
        pytest.param([(3, 5), (8, 4), (20, 2)], [(0, 3), (12, 20)], id="a handover is late, too"),
        pytest.param([(0, 10), (2, 3), (12, 1)], [(10, 12)], id="a duplicate runs beside it"),
    ],
)
def test_when_a_request_waits_for_lambda(served: list[tuple[float, float]], waited: list[tuple[float, float]]) -> None:
    runs = [_run(*times, handovers=int(times is not served[-1])) for times in served]

    assert waits(*runs, until=30) == waited


def test_a_request_waits_for_the_retries_after_a_crash() -> None:
    first, second = _run(0, 1, error=SandboxLostError()), _run(2, 1, error=SandboxLostError())

    assert waits(first, second, _run(5, 1), until=30) == [(1, 2), (3, 5)]


def test_a_request_waits_for_a_handover_that_has_not_been_delivered_yet() -> None:
    assert waits(_run(0, 5, handovers=1), until=30) == [(5, 30)]


def test_a_request_does_not_wait_if_its_last_invocation_left_nothing_to_deliver() -> None:
    """Lambda delivers a duplicate ten minutes after the function has neither responded nor handed over."""
    assert waits(_run(0, 1), _run(11, 1), until=30) == []


def test_a_request_does_not_wait_while_an_invocation_serves_it() -> None:
    world, found = World(1), []
    present = Run("request", 0, {}, 0, False, False, START, handovers=1)
    world.function.runs += [present, _run(10, 1)]
    world.function._present[getcurrent()] = present

    world.scheduler.spawn(lambda: found.append(world.function.waits("request", START)), seconds=900)
    world.scheduler.run()

    assert found == [[]]


def _run(began: float, minutes: float, *, of: str = "request", **how: Any) -> Run:
    return Run(of, 0, {}, 0, False, False, START + began * MINUTE, seconds=60 * minutes, **how)
