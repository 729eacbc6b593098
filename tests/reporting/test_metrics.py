"""What a report makes of CloudWatch's answers."""

from datetime import UTC, datetime, timedelta

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.series import Series, measured
from inference_experiment_handler.evidence.windows import Window
from shadowtest.reporting.metrics.percentiles import percentile
from shadowtest.reporting.metrics.totals import average, count, share
from shadowtest.reporting.metrics.values import Value

START = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1), 60)
QUERY = Query.of_variant("shop", "AllTraffic", "Invocations", "Sum")


def series(*values: float | None, problem: str = "") -> Series:
    points = {START + timedelta(minutes=at): value for at, value in enumerate(values) if value is not None}
    return Series(points, problem)


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


def test_percentiles_of_periods_are_told_by_their_median_and_never_averaged() -> None:
    assert percentile("p90", series(10, 20, 90), series(100, 100, 100)) == Value(20, lowest=10, highest=90, periods=3)


def test_periods_with_too_few_requests_say_nothing() -> None:
    counts = series(1000, 999, 1000)

    assert percentile("p99", series(10, 500, 20), counts) == Value(15, lowest=10, highest=20, periods=2)
    assert percentile("p99", series(10, 20), series(999, 12)) == Value(note="too few requests (999 of 1,000)")
    assert percentile("p99", series(10), series()) == Value(note="too few requests (0 of 1,000)")
    assert percentile("p99", series(), series(5000)) == Value(note="no data")
