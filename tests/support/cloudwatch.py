"""What CloudWatch makes of alarms and graphs: metric math, missing data and all, as its user guide has it.

Values come from a ``Data``, one for each period, ``None`` where there is none.
"""

import ast
import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Series = list[float | None]


@dataclass(frozen=True)
class Stat:
    """One statistic of one variant's metric."""

    namespace: str
    metric_name: str
    variant_name: str
    statistic: str


Data = Callable[[Stat], Series]


def identifiers(expression: str) -> set[str]:
    """The ids that an expression refers to; functions and operators are in upper case."""
    return set(re.findall(r"\b[a-z]\w*", expression))


def evaluate(expression: str, series: Mapping[str, Series]) -> Series:
    """The value of an expression of arithmetic, comparisons, AND, FILL and IF.

    The user guide doesn't say what becomes of a metric without any data: whether FILL fills it, whether it counts as 0
    beside another. It does say what IF makes of each value of its condition. No expression may hang on the rest.
    """
    parsed = ast.parse(expression.replace(" AND ", " and "), mode="eval").body
    value, cautious = (_value(parsed, series, filled) for filled in (True, False))
    assert isinstance(value, list), f"{expression} is a number, has to be a time series"
    assert value == cautious, f"{expression} hangs on what becomes of a metric without any data"
    return value


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.And: lambda left, right: bool(left) and bool(right),
}


def _value(node: ast.expr, series: Mapping[str, Series], filled: bool) -> Any:
    match node:
        case ast.Constant(int() | float() as value):
            return float(value)
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
            return -float(value)
        case ast.Name(id):
            return series[id]
        case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]) | ast.BoolOp(op, [left, right]):
            sides = (_value(left, series, filled), _value(right, series, filled))
            nothing = next((side for side in sides if _is_empty(side)), None)
            return _apply(_OPERATORS[type(op)], *sides) if filled or nothing is None else nothing
        case ast.Call(ast.Name("FILL"), [of, filler]):
            values, replacement = _value(of, series, filled), _value(filler, series, filled)
            if _is_empty(values) and not filled:
                return values
            return [replacement if value is None else value for value in values]
        case ast.Call(ast.Name("IF"), [condition, then]):
            chosen = _value(then, series, filled)
            # A missing value is 0 where the condition holds.
            return [(chosen[i] or 0.0) if holds else None for i, holds in enumerate(_value(condition, series, filled))]
    raise AssertionError(f"not known here: {ast.unparse(node)}")


def _is_empty(value: Any) -> bool:
    return isinstance(value, list) and all(each is None for each in value)


def _apply(op: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if not isinstance(left, list) and not isinstance(right, list):
        return float(op(left, right))
    length = len(left if isinstance(left, list) else right)
    lefts, rights = (side if isinstance(side, list) else [side] * length for side in (left, right))
    both = isinstance(left, list) and isinstance(right, list)
    return [_point(op, a, b, both=both) for a, b in zip(lefts, rights, strict=True)]


def _point(op: Callable[[Any, Any], Any], left: float | None, right: float | None, *, both: bool) -> float | None:
    # Of two series, the one that lacks a value counts as 0. Where both do, or a number meets a gap, there is none.
    if (left is None and right is None) or (not both and None in (left, right)):
        return None
    try:
        return float(op(left or 0.0, right or 0.0))
    except ZeroDivisionError:
        return None


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

    def rings(self, data: Data) -> bool:
        """Whether it is in ALARM at the end of the data."""
        of = self.properties["EvaluationPeriods"]
        points = self._values(data)[-of:]
        bad = sum(self._is_bad(point) for point in points)
        return bool(bad >= self.properties.get("DatapointsToAlarm", of))

    def _values(self, data: Data) -> Series:
        if "Metrics" not in self.properties:
            statistic = self.properties.get("Statistic") or self.properties["ExtendedStatistic"]
            return data(_stat(self.properties, statistic))
        series = {
            each["Id"]: data(_stat(each["MetricStat"]["Metric"], each["MetricStat"]["Stat"]))
            for each in self.properties["Metrics"]
            if "MetricStat" in each
        }
        (result,) = (each["Id"] for each in self.properties["Metrics"] if each["ReturnData"])
        return _calculated(self.expressions, series)[result]

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


def _calculated(expressions: Mapping[str, str], series: Mapping[str, Series]) -> dict[str, Series]:
    """All the series, expressions that use others' results after these."""
    known = dict(series)
    waiting = dict(expressions)
    while waiting:
        ready = [id for id, expression in waiting.items() if identifiers(expression) <= known.keys()]
        assert ready, f"these refer to what is not there: {waiting}"
        for id in ready:
            known[id] = evaluate(waiting.pop(id), known)
    return known


@dataclass(frozen=True)
class Line:
    """A line of a graph, as its legend calls it."""

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

    def lines(self, data: Data) -> list[Line]:
        """What is to be seen."""
        series = {id: data(shown) for id, shown, _ in self.entries if isinstance(shown, Stat)}
        known = _calculated(self.expressions, series)
        return [
            Line(options["label"], options["color"], known[id])
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
        text = "".join(part if isinstance(part, str) else self._value(part) for part in parts)
        widgets: Sequence[Mapping[str, Any]] = json.loads(text)["widgets"]
        return widgets

    @property
    def graphs(self) -> list[Graph]:
        return [Graph(widget) for widget in self.widgets if widget["type"] == "metric"]

    @property
    def text(self) -> str:
        (text,) = (widget["properties"]["markdown"] for widget in self.widgets if widget["type"] == "text")
        return str(text)

    def _value(self, reference: Mapping[str, Any]) -> str:
        (what,) = reference.values()
        name = what if isinstance(what, str) else ".".join(what)
        return self.references.get(name, f"<{name}>")
