"""CloudWatch as its documents have it: GetMetricData of what is published, and DescribeAlarms."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from typing import Any, NamedTuple

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from local.sagemaker import Clock
from local.sagemaker.traffic import Datum

RETENTION = ((timedelta(days=15), 60), (timedelta(days=63), 300), (timedelta(days=455), 3600))
_MOST_ALARMS = 50
"""Of one page, if MaxRecords is not given."""


class Metric(NamedTuple):
    """Another set of dimensions is another metric."""

    namespace: str
    metric_name: str
    dimensions: frozenset[tuple[str, str]]


def metric_of(namespace: str, metric_name: str, dimensions: Mapping[str, str]) -> Metric:
    return Metric(namespace, metric_name, frozenset(dimensions.items()))


def alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"


@dataclass(frozen=True)
class Refusal:
    """An error that a call gets in place of an answer."""

    code: str
    message: str = "injected fault"
    status: int = 400


@dataclass
class CloudWatch:
    """``boto3.client("cloudwatch")``, as far as it reads.

    Attributes:
        source: What SageMaker has published since it was last called.
        late: How long it takes until a value that is published can be read.
        statuses: By a metric's name, the status of its results where it is not Complete.
        messages: What each answer says of all results.
        notes: By a metric's name, what is said of its results.
        page: How many points one answer has of a query.
        alarms: The state of each alarm, by its name.
        composite: The names of those that are composite alarms.
        refusals: By the operation, the error that each call gets.
        asked: The arguments of each GetMetricData, without its further pages.
    """

    clock: Clock
    source: Callable[[], Iterable[Datum]] = tuple
    late: timedelta = timedelta()
    statuses: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    page: int = 500
    alarms: dict[str, str] = field(default_factory=dict)
    composite: set[str] = field(default_factory=set)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    _published: dict[Metric, list[tuple[datetime, float, int]]] = field(default_factory=lambda: defaultdict(list))

    def publish(self, datum: Datum) -> None:
        """A value of SageMaker's."""
        dimensions = {"EndpointName": datum.variant.endpoint, "VariantName": datum.variant.name}
        for value, count in zip(datum.values, datum.counts, strict=True):
            self.put(metric_of(datum.namespace, datum.metric_name, dimensions), datum.instant, value, count)

    def put(self, metric: Metric, instant: datetime, value: float, count: int = 1) -> None:
        """A value so many times."""
        self._published[metric].append((instant, value, count))

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        self._admit("GetMetricData", asked)
        for datum in self.source():
            self.publish(datum)
        number = int(asked.pop("NextToken", "0"))
        if number == 0:
            self.asked.append(asked)
        queries = asked["MetricDataQueries"]
        _require(len({query["Id"] for query in queries}) == len(queries) <= 500, "up to 500 queries with unique ids")
        answers = {query["Id"]: self._answer(query["MetricStat"], asked) for query in queries}
        _require(sum(map(len, answers.values())) <= 100_800, "up to 100,800 data points")
        pages = max(1, ceil(max(map(len, answers.values())) / self.page))
        last = number == pages - 1
        return {
            "Messages": self.messages,
            "MetricDataResults": [self._result(query, answers[query["Id"]], number, last=last) for query in queries],
        } | ({} if last else {"NextToken": str(number + 1)})

    def describe_alarms(self, **asked: Any) -> dict[str, Any]:
        self._admit("DescribeAlarms", asked)
        names = sorted(set(asked.get("AlarmNames", self.alarms)) & self.alarms.keys())
        first, most = int(asked.get("NextToken", "0")), asked.get("MaxRecords", _MOST_ALARMS)
        # Without AlarmTypes there are only metric alarms.
        types = asked.get("AlarmTypes", ["MetricAlarm"])
        shown = [name for name in names if self._type_of(name) in types]
        described = {
            f"{kind}s": [self._described(name) for name in shown[first : first + most] if self._type_of(name) == kind]
            for kind in ("CompositeAlarm", "MetricAlarm")
        }
        return described | ({"NextToken": str(first + most)} if first + most < len(shown) else {})

    def get_paginator(self, operation: str) -> "CloudWatch":
        return {"get_metric_data": self}[operation]

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        page = self.get_metric_data(**asked)
        yield page
        while "NextToken" in page:
            page = self.get_metric_data(**asked, NextToken=page["NextToken"])
            yield page

    def _admit(self, operation: str, asked: Mapping[str, Any]) -> None:
        shape = _model().operation_model(operation).input_shape
        report = ParamValidator().validate(asked, shape)
        _require(not report.has_errors(), report.generate_report())
        if operation in self.refusals:
            raise _error(self.refusals[operation], operation)

    def _type_of(self, name: str) -> str:
        return "CompositeAlarm" if name in self.composite else "MetricAlarm"

    def _described(self, name: str) -> dict[str, Any]:
        return {
            "AlarmName": name,
            "AlarmArn": alarm_arn(name),
            "StateValue": self.alarms[name],
            "StateReason": f"the reason of {name}",
        }

    def _result(self, query: dict[str, Any], points: list[tuple[datetime, float]], page: int, *, last: bool) -> Any:
        own = points[page * self.page : (page + 1) * self.page]
        metric_name = query["MetricStat"]["Metric"]["MetricName"]
        return {
            "Id": query["Id"],
            "Timestamps": [instant for instant, _ in own],
            "Values": [value for _, value in own],
            "StatusCode": self.statuses.get(metric_name, "Complete") if last else "PartialData",
            "Messages": self.notes.get(metric_name, []),
        }

    def _answer(self, stat: dict[str, Any], asked: dict[str, Any]) -> list[tuple[datetime, float]]:
        dimensions = {each["Name"]: each["Value"] for each in stat["Metric"].get("Dimensions", ())}
        # Each value has a unit of its own. With another one there would be no data.
        _require("Unit" not in stat, "no Unit")
        metric = metric_of(stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], dimensions)
        period = stat["Period"]
        _require(period % 60 == 0 and period <= 86_400, "periods of whole minutes, up to a day")
        if self.statuses.get(metric.metric_name) == "Forbidden":
            return []
        now = self.clock.now()
        buckets: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for instant, value, count in self._published[metric]:
            age = now - instant
            if age < self.late or not any(age < kept and period % multiple == 0 for kept, multiple in RETENTION):
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
        case "Average":
            return sum(value * count for value, count in values) / total
        case "Minimum":
            return min(value for value, count in values if count)
        case "Maximum":
            return max(value for value, count in values if count)
    rank, seen = float(name.removeprefix("p")) / 100 * total, 0
    for value, count in sorted(values):
        seen += count
        if seen >= rank:
            return value
    raise ValueError(f"{name} of nothing")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise _error(Refusal("ValidationError", f"must have: {what}"), "")


def _error(refusal: Refusal, operation: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": refusal.code, "Message": refusal.message},
        "ResponseMetadata": {"HTTPStatusCode": refusal.status},
    }
    return ClientError(answer, operation)


@cache
def _model() -> Any:
    """CloudWatch's service model, which takes a tenth of a second to load."""
    return botocore.session.get_session().get_service_model("cloudwatch")
