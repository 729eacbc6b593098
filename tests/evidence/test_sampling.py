"""When a percentile will have enough periods with enough samples, at the measured rate."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from inference_experiment_handler.evidence.expectation import Expectation
from inference_experiment_handler.evidence.judgement import Verdict
from inference_experiment_handler.evidence.sampling import enough_samples
from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.spec.gate import Latency
from local.sagemaker import ManualClock
from simulation.cloudwatch import CloudWatch
from tests.support.evidence import MINUTE, Trial

START = datetime(2030, 1, 1, 0, 5, tzinfo=UTC)
END = START + timedelta(days=7)
FAST = Latency(statistic="p99", max=50)


def forecast(
    running: timedelta, *per_hour: float, needed: int = 1000, window: timedelta | None = None, end: datetime = END
) -> Expectation:
    """With a metric for each rate."""
    scope = Scope("shop", "AllTraffic", "Shadow-01", START, end, START + running, window)
    assert scope.totals is not None
    counts = [dict.fromkeys(scope.totals.starts, each / 60) for each in per_hour]
    return enough_samples(scope, scope.totals, counts, needed, 4)


HOURS = (
    "at this rate, 4 periods of PT1H will have enough at 2030-01-01T05:03:00Z, {} the scheduled end of the test at {}"
)
BEFORE = HOURS.format("before", "2030-01-08T00:05:00Z")
NEVER = "at this rate, no period of up to PT1H ever has enough: declare a lower percentile, or raise SamplingPercentage"


@pytest.mark.parametrize(
    ("minutes", "per_hour", "window", "said"),
    [
        # No hour of the clock is complete yet, but each will have enough.
        (30, [1200], None, BEFORE),
        (90, [1200], None, BEFORE),
        (90, [1200, 12_000], None, BEFORE),
        # The metric with the fewest samples decides.
        (90, [12_000, 900], None, NEVER),
        (30, [960], None, NEVER),
        (30, [0], None, "the rate is not known yet"),
        (30, [1200, 0], None, "the rate is not known yet"),
        # More requests need shorter periods.
        (
            12,
            [4800],
            None,
            "at this rate, 4 periods of PT15M will have enough at 2030-01-01T01:18:00Z, before the scheduled end of "
            "the test at 2030-01-08T00:05:00Z",
        ),
        # Four hours of the clock do not fit into any four hours.
        (30, [1200], timedelta(hours=4), "at this rate, a Window of PT4H never has enough data"),
        (30, [1200], timedelta(hours=5), BEFORE),
    ],
)
def test_a_forecast(minutes: int, per_hour: list[float], window: timedelta | None, said: str) -> None:
    assert forecast(minutes * MINUTE, *per_hour, window=window).said == said


def test_a_forecast_after_the_scheduled_end_says_so() -> None:
    end = START + timedelta(hours=4)

    assert forecast(30 * MINUTE, 1200, end=end).said == HOURS.format("after", "2030-01-01T04:05:00Z")


RUNNING = st.integers(4 * 60 + 1, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
RATES = st.integers(1, 100_000)
WINDOWS = st.none() | st.integers(60, 3000).map(lambda minutes: minutes * MINUTE)


@given(RUNNING, RATES, WINDOWS)
def test_a_forecast_is_never_in_the_past(running: timedelta, per_hour: int, window: timedelta | None) -> None:
    at = forecast(running, per_hour, window=window).at

    assert at is None or at > START + running


@given(RUNNING, RATES, RATES, WINDOWS, st.integers(20, 10_000))
def test_more_requests_are_never_enough_later(
    running: timedelta, per_hour: int, more: int, window: timedelta | None, needed: int
) -> None:
    fewer = forecast(running, per_hour, window=window, needed=needed).at
    of_more = forecast(running, per_hour + more, window=window, needed=needed).at

    if fewer is not None:
        assert of_more is not None
        assert of_more <= fewer


def trial(now: datetime, per_minute: int) -> Trial:
    """A test that started at ``START`` and gets so many requests a minute, all as fast."""
    minutes = int((now - START) / MINUTE)
    every = Trial(running=now - START, cloudwatch=CloudWatch(ManualClock(now)), now=now)
    return every.latencies(*[40] * minutes, count=per_minute)


MINUTES_AND_REQUESTS = st.integers(4, 200).flatmap(
    lambda minutes: st.tuples(st.just(minutes), st.integers(1, max(16, 1200 // minutes)))
)
"""How long a test runs, and its requests per minute: seldom enough samples for a verdict."""


@settings(max_examples=30, deadline=None)
@given(MINUTES_AND_REQUESTS)
def test_what_is_expected_is_a_verdict_when_it_comes_and_not_a_minute_earlier(drawn: tuple[int, int]) -> None:
    minutes, per_minute = drawn
    finding = trial(START + minutes * MINUTE, per_minute).finding(FAST)
    assume(finding.said.startswith("too few samples"))

    if finding.enough_at is None:
        assert finding.said.endswith(NEVER)
        assert per_minute * 60 < 1000
        return
    assert trial(finding.enough_at, per_minute).finding(FAST).verdict is Verdict.HOLDS
    assert trial(finding.enough_at - MINUTE, per_minute).finding(FAST).verdict is Verdict.INCONCLUSIVE


def test_the_forecast_does_not_change_with_the_first_complete_hours() -> None:
    at = [trial(START + minutes * MINUTE, 20).finding(FAST).enough_at for minutes in (10, 30, 90, 150, 240)]

    assert at == [datetime(2030, 1, 1, 5, 3, tzinfo=UTC)] * 5
