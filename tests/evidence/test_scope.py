"""The time of a test that counts."""

from datetime import timedelta

import pytest

from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.evidence.windows import RETENTION
from inference_experiment_handler.spec.gate import Gate
from tests.support.evidence import NOW, Trial


def scope(running: timedelta, window: timedelta | None = None) -> Scope:
    found = Scope.of(Gate((), window), Trial(running).test, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("running", "periods"),
    [
        (timedelta(minutes=3), []),
        (timedelta(minutes=5), [60]),
        (timedelta(minutes=70), [60, 300, 900]),
        (timedelta(hours=3), [60, 300, 900, 3600]),
        (timedelta(hours=50), [60, 300, 900, 3600]),
        # More periods than are asked for.
        (timedelta(days=3), [300, 900, 3600]),
        (timedelta(days=14), [900, 3600]),
        (timedelta(days=30), [900, 3600]),
    ],
)
def test_the_periods_of_percentiles(running: timedelta, periods: list[int]) -> None:
    assert [each.period for each in scope(running).periods] == periods


@pytest.mark.parametrize("running", [timedelta(minutes=5), timedelta(hours=9), timedelta(days=16), timedelta(days=30)])
@pytest.mark.parametrize("window", [None, timedelta(minutes=5), timedelta(days=1), timedelta(days=30)])
def test_each_window_is_within_the_test_complete_and_kept(running: timedelta, window: timedelta | None) -> None:
    found = scope(running, window)

    for each in filter(None, (found.totals, *found.periods)):
        assert NOW - running <= each.start < each.end <= NOW - timedelta(minutes=3)
        assert window is None or each.end - each.start <= window
        assert each.start.timestamp() % each.period == each.end.timestamp() % each.period == 0
        multiple = next(multiple for kept, multiple in RETENTION if NOW - each.start < kept)
        assert each.period % multiple == 0


def test_a_test_that_has_not_started_has_no_time() -> None:
    assert Scope.of(Gate(()), Trial(timedelta(hours=-1)).test, NOW) is None
