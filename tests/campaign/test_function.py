"""What the simulated Lambda knows about the invocations of a request."""

from datetime import timedelta

import pytest

from campaign.function import Run
from campaign.world import START, World

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("served", "waited"),
    [
        pytest.param([], 0, id="never served"),
        pytest.param([(0, 5)], 0, id="at once"),
        pytest.param([(3, 5)], 3, id="the first invocation is late"),
        pytest.param([(0, 5), (5, 4), (20, 2)], 11, id="a handover is late"),
        pytest.param([(0, 1), (2, 1), (5, 1)], 3, id="crashes are retried after one and two minutes"),
        pytest.param([(0, 10), (2, 3), (12, 1)], 2, id="a duplicate runs beside it"),
    ],
)
def test_how_long_a_request_waits_for_its_invocations(served: list[tuple[float, float]], waited: float) -> None:
    function = World(1).function
    function.runs += [_run("other", 0, 60)] + [_run("request", began, minutes) for began, minutes in served]

    assert function.unserved("request", START) == waited * MINUTE


def _run(request: str, began: float, minutes: float) -> Run:
    return Run(request, 0, {}, 0, False, False, START + began * MINUTE, seconds=60 * minutes)
