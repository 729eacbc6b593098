"""What CloudWatch's answers mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.series import Series, measured
from inference_experiment_handler.evidence.windows import Window

START = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1), 60)
QUERY = Query.of_variant("shop", "AllTraffic", "Invocations", "Sum")


def series(*values: float | None, problem: str = "") -> Series:
    points = {START + timedelta(minutes=at): value for at, value in enumerate(values) if value is not None}
    return Series(points, problem)


def page(values: list[float], since: int = 0, status: str = "Complete", **more: Any) -> dict[str, Any]:
    instants = [START + timedelta(minutes=since + number) for number in range(len(values))]
    return {"MetricDataResults": [{"Id": "q0", "Timestamps": instants, "Values": values, "StatusCode": status} | more]}


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
