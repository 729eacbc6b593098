"""What is asked of CloudWatch."""

from datetime import UTC, datetime, timedelta

import pytest

from inference_experiment_handler.evidence.queries import Query, calls
from inference_experiment_handler.evidence.windows import Window

START = datetime(2030, 1, 1, tzinfo=UTC)
QUERY = Query.of_variant("shop", "AllTraffic", "Invocations", "Sum")


@pytest.mark.parametrize(("queries", "minutes"), [(1, 60), (501, 60), (500, 1440), (3, 60_000), (1200, 455)])
def test_no_call_exceeds_cloudwatchs_limits(queries: int, minutes: int) -> None:
    asked = Window(START, START + timedelta(minutes=minutes), 60)

    made = list(calls([QUERY] * queries, asked))

    sent = [query["Id"] for call in made for query in call["MetricDataQueries"]]
    assert sent == [f"q{number}" for number in range(queries)]
    assert all(len(call["MetricDataQueries"]) <= 500 for call in made)
    assert all(len(call["MetricDataQueries"]) * asked.length <= 100_800 for call in made)
