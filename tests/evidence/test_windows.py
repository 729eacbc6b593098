"""Which time CloudWatch is asked about."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.evidence.windows import PERIODS, RETENTION, Window, overview, shortest_with, window

START = datetime(2030, 1, 1, 3, 7, 30, tzinfo=UTC)
MINUTES = st.integers(1, 500 * 1440).map(lambda minutes: timedelta(minutes=minutes))


@given(MINUTES, MINUTES)
def test_a_window_is_whole_periods_of_the_tests_own_time_that_cloudwatch_keeps(
    length: timedelta, since: timedelta
) -> None:
    now = START + length + since
    asked = overview(START, START + length, now)

    if asked is None:
        return
    assert START <= asked.start < asked.end <= START + length
    assert asked.end <= now - timedelta(minutes=3)
    assert asked.start.timestamp() % asked.period == asked.end.timestamp() % asked.period == 0
    assert len(list(asked.starts)) == asked.length <= 455
    age = now - asked.start
    kept = next(period for kept, period in RETENTION if age <= kept)
    assert asked.period % kept == 0


def test_the_periods_grow_with_the_test() -> None:
    lengths = [timedelta(minutes=20), timedelta(hours=5), timedelta(days=1), timedelta(days=7), timedelta(days=30)]
    windows = [overview(START, START + each, START + each) for each in lengths]

    assert [each.period if each else None for each in windows] == [60, 300, 900, 3600, 21_600]


def test_the_last_minutes_are_not_complete_yet() -> None:
    now = START + timedelta(minutes=6)

    asked = overview(START, now, now)

    assert asked == Window(datetime(2030, 1, 1, 3, 8, tzinfo=UTC), datetime(2030, 1, 1, 3, 10, tzinfo=UTC), 60)
    assert overview(START, START + timedelta(minutes=4), START + timedelta(minutes=4)) is None


def test_old_tests_are_asked_about_in_the_periods_that_are_kept() -> None:
    ended = START + timedelta(hours=2)

    def period(days: int) -> int | None:
        asked = overview(START, ended, START + timedelta(days=days))
        return asked.period if asked else None

    assert [period(days) for days in (1, 14, 16, 62, 64, 454, 456)] == [60, 60, 300, 300, 3600, 3600, None]


def test_the_shortest_periods_that_have_enough_are_taken() -> None:
    end = START + timedelta(days=7)

    def asked(seconds: int, longest: int = PERIODS[-1]) -> int | None:
        found = shortest_with(lambda each: each.period >= seconds, START, end, end, at_least=300, at_most=longest)
        return found.period if found else None

    assert [asked(1), asked(1000), asked(20_000), asked(10**9)] == [300, 3600, 21_600, 86_400]
    assert asked(20_000, longest=3600) == 3600


def test_a_window_without_a_whole_period_is_none() -> None:
    assert window(START, START + timedelta(minutes=59), START + timedelta(days=1), 3600) is None
