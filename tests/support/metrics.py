"""CloudWatch's GetMetricData as its documents have it, of metrics that a test publishes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from local.sagemaker.traffic import Datum

RETENTION = ((timedelta(days=15), 60), (timedelta(days=63), 300), (timedelta(days=455), 3600))
Metric = tuple[str, str, str, str]


@dataclass
class CloudWatch:
    """``boto3.client("cloudwatch")``, as far as it reads.

    Attributes:
        statuses: By a metric's name, the status of its results where it is not Complete.
        page: How many points one answer has of a query.
    """

    now: datetime
    statuses: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, str]] = field(default_factory=list)
    page: int = 500
    asked: list[dict[str, Any]] = field(default_factory=list)
    _published: dict[Metric, list[tuple[datetime, float, int]]] = field(default_factory=lambda: defaultdict(list))

    def publish(self, datum: Datum) -> None:
        metric = (datum.namespace, datum.metric_name, datum.variant.endpoint, datum.variant.name)
        for value, count in zip(datum.values, datum.counts, strict=True):
            self._published[metric].append((datum.instant, value, count))

    def get_paginator(self, operation: str) -> "CloudWatch":
        assert operation == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        shape = _model().operation_model("GetMetricData").input_shape
        assert not ParamValidator().validate(asked, shape).has_errors()
        self.asked.append(asked)
        queries = asked["MetricDataQueries"]
        assert len(queries) <= 500
        answers = {query["Id"]: self._answer(query["MetricStat"], asked) for query in queries}
        assert sum(map(len, answers.values())) <= 100_800
        pages = max(1, ceil(max(map(len, answers.values())) / self.page))
        for number in range(pages):
            yield {"Messages": self.messages} | {
                "MetricDataResults": [
                    self._result(query, answers[query["Id"]], number, last=number == pages - 1) for query in queries
                ]
            }

    def _result(self, query: dict[str, Any], points: list[tuple[datetime, float]], page: int, *, last: bool) -> Any:
        own = points[page * self.page : (page + 1) * self.page]
        status = self.statuses.get(query["MetricStat"]["Metric"]["MetricName"], "Complete")
        return {
            "Id": query["Id"],
            "Timestamps": [instant for instant, _ in own],
            "Values": [value for _, value in own],
            "StatusCode": status if last else "PartialData",
        }

    def _answer(self, stat: dict[str, Any], asked: dict[str, Any]) -> list[tuple[datetime, float]]:
        dimensions = {each["Name"]: each["Value"] for each in stat["Metric"]["Dimensions"]}
        assert set(dimensions) == {"EndpointName", "VariantName"}
        assert "Unit" not in stat
        metric = (
            stat["Metric"]["Namespace"],
            stat["Metric"]["MetricName"],
            dimensions["EndpointName"],
            dimensions["VariantName"],
        )
        period = stat["Period"]
        assert period % 60 == 0
        assert period <= 86_400
        if self.statuses.get(metric[1]) == "Forbidden":
            return []
        buckets: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for instant, value, count in self._published[metric]:
            age = self.now - instant
            if not any(age < kept and period % multiple == 0 for kept, multiple in RETENTION):
                continue
            bucket = int(instant.timestamp()) // period * period
            if asked["StartTime"].timestamp() <= bucket < asked["EndTime"].timestamp():
                buckets[bucket].append((value, count))
        return [(datetime.fromtimestamp(at, UTC), _statistic(stat["Stat"], buckets[at])) for at in sorted(buckets)]


def _statistic(name: str, values: list[tuple[float, int]]) -> float:
    total = sum(count for _, count in values)
    match name:
        case "Sum":
            return sum(value * count for value, count in values)
        case "SampleCount":
            return float(total)
        case "Maximum":
            return max(value for value, count in values if count)
    rank, seen = float(name.removeprefix("p")) / 100 * total, 0
    for value, count in sorted(values):
        seen += count
        if seen >= rank:
            return value
    raise AssertionError(f"{name} of nothing")


def _model() -> Any:
    return botocore.session.get_session().get_service_model("cloudwatch")
