"""What is asked of CloudWatch, and what its answers mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shadowtest.reporting.metrics.percentiles import percentile, samples_needed
from shadowtest.reporting.metrics.queries import REQUESTS, Query, calls
from shadowtest.reporting.metrics.series import Series, measured
from shadowtest.reporting.metrics.totals import average, count, share
from shadowtest.reporting.metrics.values import Value
from shadowtest.reporting.metrics.windows import Window

START = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1), 60)
QUERY = Query("shop", "AllTraffic", REQUESTS, "Invocations", "Sum")


def series(*values: float | None, problem: str = "") -> Series:
    points = {START + timedelta(minutes=at): value for at, value in enumerate(values) if value is not None}
    return Series(points, problem)


def page(values: list[float], since: int = 0, status: str = "Complete", **more: Any) -> dict[str, Any]:
    instants = [START + timedelta(minutes=since + number) for number in range(len(values))]
    return {"MetricDataResults": [{"Id": "q0", "Timestamps": instants, "Values": values, "StatusCode": status} | more]}


@pytest.mark.parametrize(("queries", "minutes"), [(1, 60), (501, 60), (500, 1440), (3, 60_000), (1200, 455)])
def test_no_call_exceeds_cloudwatchs_limits(queries: int, minutes: int) -> None:
    asked = Window(START, START + timedelta(minutes=minutes), 60)

    made = list(calls([QUERY] * queries, asked))

    sent = [query["Id"] for call in made for query in call["MetricDataQueries"]]
    assert sent == [f"q{number}" for number in range(queries)]
    assert all(len(call["MetricDataQueries"]) <= 500 for call in made)
    assert all(len(call["MetricDataQueries"]) * asked.length <= 100_800 for call in made)


def test_the_pages_of_an_answer_are_put_together() -> None:
    pages = [page([1, 2], status="PartialData"), page([3], since=2)]

    assert measured([QUERY], HOUR, pages).of(QUERY) == series(1, 2, 3)


@pytest.mark.parametrize("status", ["PartialData", "Forbidden", "InternalError"])
def test_the_last_status_of_an_answer_counts(status: str) -> None:
    found = measured([QUERY], HOUR, [page([1]), page([2], since=1, status=status)]).of(QUERY)

    assert found == series(1, 2, problem=status)


def test_messages_are_kept() -> None:
    said = {"Code": "MaxMetricsExceeded", "Value": "too many"}
    answer = page([1], Messages=[{"Code": "Note", "Value": "of one"}]) | {"Messages": [said]}

    found = measured([QUERY], HOUR, [answer, answer])

    assert found.messages == ("MaxMetricsExceeded: too many",)
    assert found.of(QUERY).problem == "Note: of one"


def test_a_query_that_is_not_answered_has_no_data() -> None:
    assert count(measured([QUERY], HOUR, []).of(QUERY)) == Value(note="no data (CloudWatch has not answered)")


def test_what_is_not_known_is_not_zero() -> None:
    assert (
        count(series()) == share(series(), series(5)) == average(series(), series(), series()) == Value(note="no data")
    )
    assert count(series(problem="Forbidden")) == Value(note="no data (Forbidden)")
    assert share(series(0), series()).number is None


def test_counts_are_added_up_and_shares_are_of_the_requests() -> None:
    assert count(series(0, 3, None, 4)) == Value(7)
    assert share(series(1, 1), series(50, 150)) == Value(1.0, count=2)
    assert share(series(0), series(50)) == Value(0.0, count=0)
    assert share(series(1), series(50, problem="PartialData")).note == "not complete (PartialData)"


def test_each_sample_of_an_average_weighs_the_same() -> None:
    assert average(series(10, 90), series(1, 3), series(12, 35)) == Value(25.0, highest=35)


@pytest.mark.parametrize(
    ("statistic", "needed"), [("p50", 20), ("p90", 100), ("p99", 1000), ("p99.9", 10_000), ("p10", 100)]
)
def test_a_percentile_needs_so_many_samples(statistic: str, needed: int) -> None:
    assert samples_needed(statistic) == needed


def test_percentiles_of_periods_are_told_by_their_median_and_never_averaged() -> None:
    assert percentile("p90", series(10, 20, 90), series(100, 100, 100)) == Value(20, lowest=10, highest=90, periods=3)


def test_periods_with_too_few_requests_say_nothing() -> None:
    counts = series(1000, 999, 1000)

    assert percentile("p99", series(10, 500, 20), counts) == Value(15, lowest=10, highest=20, periods=2)
    assert percentile("p99", series(10, 20), series(999, 12)) == Value(note="too few requests (999 of 1,000)")
    assert percentile("p99", series(10), series()) == Value(note="too few requests (0 of 1,000)")
    assert percentile("p99", series(), series(5000)) == Value(note="no data")
