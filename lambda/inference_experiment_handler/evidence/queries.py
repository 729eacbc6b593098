"""The arguments of GetMetricData, within its limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inference_experiment_handler.evidence.windows import Window

REQUESTS = "AWS/SageMaker"
"""The namespace of metrics about requests."""
INSTANCES = "/aws/sagemaker/Endpoints"
"""The namespace of metrics about instances."""

_MOST_QUERIES = 500
_MOST_POINTS = 100_800
"""The limits of one call: ``_MOST_QUERIES`` queries and ``_MOST_POINTS`` values."""


@dataclass(frozen=True)
class Query:
    """One statistic of one metric. A metric with other dimensions is another metric."""

    namespace: str
    metric_name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        of = ", ".join(value for _, value in self.dimensions)
        return f"{self.metric_name} {self.statistic} in {self.namespace}{f' ({of})' if of else ''}"

    @classmethod
    def of_variant(
        cls, endpoint_name: str, variant_name: str, metric_name: str, statistic: str, *, namespace: str = REQUESTS
    ) -> "Query":
        """The query for a metric that SageMaker publishes for a variant."""
        return cls(namespace, metric_name, statistic, (("EndpointName", endpoint_name), ("VariantName", variant_name)))


def calls(queries: Sequence[Query], asked: Window) -> Iterator[dict[str, Any]]:
    """The arguments of each call. The first query has the id ``q0``, the second ``q1``, and so on.

    The queries have no unit, because CloudWatch then returns the data of all units.
    """
    numbered = list(enumerate(queries))
    at_once = max(1, min(_MOST_QUERIES, _MOST_POINTS // max(1, asked.length)))
    for first in range(0, len(numbered), at_once):
        yield {
            "StartTime": asked.start,
            "EndTime": asked.end,
            "ScanBy": "TimestampAscending",
            "MetricDataQueries": [
                _as_sent(number, query, asked.period) for number, query in numbered[first:][:at_once]
            ],
        }


def _as_sent(number: int, query: Query, period: int) -> Mapping[str, Any]:
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.metric_name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
    }
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": query.statistic}}
