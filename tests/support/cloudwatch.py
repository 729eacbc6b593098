"""What CloudWatch makes of alarms and graphs: metric math, missing data and all, as its user guide has it.

Values come from a ``Data``, one for each period, ``None`` where there is none.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.cloudwatch.metric_math import Series, calculated

PERIOD = 300.0
"""In seconds, if an alarm or a graph has no other."""


@dataclass(frozen=True)
class Stat:
    """One statistic of one variant's metric."""

    namespace: str
    metric_name: str
    variant_name: str
    statistic: str


Data = Callable[[Stat], Series]


def evaluate(expression: str, series: Mapping[str, Series], moments: Sequence[float] | None = None) -> Series:
    """The value of an expression, which must not hang on what becomes of a metric without any data.

    The user guide doesn't say whether FILL fills it, and whether it counts as 0 beside another. It does say what IF
    makes of each value of its condition. ``moments``: the seconds since 1970 of each value; every 5 minutes if omitted.
    """
    return _calculated({"result": expression}, series, moments)["result"]


def _calculated(
    expressions: Mapping[str, str], series: Mapping[str, Series], moments: Sequence[float] | None
) -> dict[str, Series]:
    length = len(next(iter(series.values())))
    at = [PERIOD * number for number in range(length)] if moments is None else moments
    filled, cautious = (calculated(expressions, series, at, fills_nothing=each) for each in (True, False))
    assert filled == cautious, f"{dict(expressions)} hangs on what becomes of a metric without any data"
    return filled


@dataclass(frozen=True)
class Alarm:
    """An ``AWS::CloudWatch::Alarm``, by its properties."""

    properties: Mapping[str, Any]

    @property
    def expressions(self) -> dict[str, str]:
        return {each["Id"]: each["Expression"] for each in self.properties.get("Metrics", []) if "Expression" in each}

    @property
    def ids(self) -> set[str]:
        return {each["Id"] for each in self.properties.get("Metrics", [])}

    def rings(self, data: Data, moments: Sequence[float] | None = None) -> bool:
        """Whether it is in ALARM at the end of the data. ``moments``: as in ``evaluate``."""
        of = self.properties["EvaluationPeriods"]
        points = self._values(data, moments)[-of:]
        bad = sum(self._is_bad(point) for point in points)
        return bool(bad >= self.properties.get("DatapointsToAlarm", of))

    def _values(self, data: Data, moments: Sequence[float] | None) -> Series:
        if "Metrics" not in self.properties:
            statistic = self.properties.get("Statistic") or self.properties["ExtendedStatistic"]
            return data(_stat(self.properties, statistic))
        series = {
            each["Id"]: data(_stat(each["MetricStat"]["Metric"], each["MetricStat"]["Stat"]))
            for each in self.properties["Metrics"]
            if "MetricStat" in each
        }
        (result,) = (each["Id"] for each in self.properties["Metrics"] if each["ReturnData"])
        return _calculated(self.expressions, series, moments)[result]

    def _is_bad(self, point: float | None) -> bool:
        if point is None:
            return bool(self.properties["TreatMissingData"] == "breaching")
        threshold = self.properties["Threshold"]
        bad: dict[str, bool] = {
            "GreaterThanThreshold": point > threshold,
            "LessThanThreshold": point < threshold,
        }
        return bad[self.properties["ComparisonOperator"]]


def _stat(metric: Mapping[str, Any], statistic: str) -> Stat:
    dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
    return Stat(metric["Namespace"], metric["MetricName"], dimensions["VariantName"], statistic)


@dataclass(frozen=True)
class Line:
    """A line of a graph, as its legend calls it. ``color``: empty if CloudWatch chooses it."""

    label: str
    color: str
    values: Series


@dataclass(frozen=True)
class Graph:
    """A metric widget of a dashboard's body."""

    widget: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self.widget["properties"]
        return properties

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def entries(self) -> list[tuple[str, Stat | str, Mapping[str, Any]]]:
        """Id, metric or expression, and options of each entry; what has no id gets one that nobody can refer to."""
        found: list[tuple[str, Stat | str, Mapping[str, Any]]] = []
        for number, entry in enumerate(self.properties["metrics"]):
            options = entry[-1] if isinstance(entry[-1], dict) else {}
            id = options.get("id", f"#{number}")
            if "expression" in options:
                found.append((id, options["expression"], options))
                continue
            namespace, metric_name, *dimensions = entry[: -1 if options else None]
            variant_name = dict(zip(dimensions[::2], dimensions[1::2], strict=True))["VariantName"]
            found.append((id, Stat(namespace, metric_name, variant_name, options.get("stat", "Average")), options))
        return found

    @property
    def expressions(self) -> dict[str, str]:
        return {id: shown for id, shown, _ in self.entries if isinstance(shown, str)}

    @property
    def ids(self) -> set[str]:
        return {id for id, _, _ in self.entries if not id.startswith("#")}

    def lines(self, data: Data, moments: Sequence[float] | None = None) -> list[Line]:
        """What is to be seen. ``moments``: as in ``evaluate``."""
        series = {id: data(shown) for id, shown, _ in self.entries if isinstance(shown, Stat)}
        known = _calculated(self.expressions, series, moments)
        return [
            Line(options["label"], options.get("color", ""), known[id])
            for id, _, options in self.entries
            if options.get("visible", True)
        ]


@dataclass(frozen=True)
class Dashboard:
    """An ``AWS::CloudWatch::Dashboard``, by its properties.

    What is known at deployment only stands for itself, as ``<Reference>``, unless ``references`` has a value for it.
    """

    properties: Mapping[str, Any]
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def widgets(self) -> Sequence[Mapping[str, Any]]:
        body = self.properties["DashboardBody"]
        parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
        text = "".join(map(self._value, parts))
        widgets: Sequence[Mapping[str, Any]] = json.loads(text)["widgets"]
        return widgets

    @property
    def graphs(self) -> list[Graph]:
        return [graph for graph in self._metric_widgets if graph.properties["view"] == "timeSeries"]

    @property
    def numbers(self) -> list[Graph]:
        """The widgets that show the latest values."""
        return [graph for graph in self._metric_widgets if graph.properties["view"] == "singleValue"]

    @property
    def text(self) -> str:
        (text,) = (widget["properties"]["markdown"] for widget in self.widgets if widget["type"] == "text")
        return str(text)

    @property
    def _metric_widgets(self) -> list[Graph]:
        return [Graph(widget) for widget in self.widgets if widget["type"] == "metric"]

    def _value(self, reference: Any) -> str:
        if isinstance(reference, str):
            return reference
        ((function, what),) = reference.items()
        if function == "Fn::If":
            # No condition holds here: each is on another partition than that of most regions.
            return self._value(what[2])
        name = what if isinstance(what, str) else ".".join(what)
        return self.references.get(name, f"<{name}>")
