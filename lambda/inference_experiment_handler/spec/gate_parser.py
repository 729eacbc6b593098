"""Reads ``PromoteIf``: the criteria that must hold before the shadow variant is promoted."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.gate import (
    MODEL_ERRORS,
    Alarms,
    Criterion,
    ErrorRate,
    Gate,
    Latency,
    Metric,
    Running,
    Traffic,
)
from inference_experiment_handler.spec.reader import OPAQUE, Reader
from inference_experiment_handler.spec.text import iso_duration, number, shown

ERROR_METRICS = (MODEL_ERRORS, "Invocation4XXErrors", "Invocation5XXErrors")


def read_gate(reader: Reader) -> Gate | None:
    """The gate. ``None`` if there is none because of faults."""
    window = _duration(reader, "Window", limits.GATE_WINDOW)
    patience = _duration(reader, "Patience", limits.GATE_PATIENCE)
    entries = reader.children("Criteria", count=limits.CRITERIA, required=True)
    reader.finish()
    if entries is None:
        return None
    criteria = [entry.of_type("Type", _TYPES) for entry in entries]
    _check_for_repetitions(reader, entries, criteria)
    return Gate(tuple(filter(None, criteria)), window, patience or timedelta())


def _traffic(reader: Reader) -> Criterion | None:
    least = reader.integer("MinInvocations", limits.MIN_INVOCATIONS, required=True)
    enforce = _enforce(reader, "Traffic")
    return Traffic(min_invocations=least, enforce=enforce) if least is not None else None


def _latency(reader: Reader) -> Criterion | None:
    statistic = reader.text("Statistic", limits.PERCENTILE, required=True)
    max_ratio, most = reader.number("MaxRatio", limits.RATIO), reader.number("Max", limits.MILLISECONDS)
    enforce = _enforce(reader, "Latency")
    _require_limit(reader, "MaxRatio", "Max")
    if statistic is None:
        return None
    return Latency(statistic=statistic, max_ratio=max_ratio, max=most, enforce=enforce)


def _error_rate(reader: Reader) -> Criterion | None:
    metric_name = reader.choice("MetricName", ERROR_METRICS)
    max_increase, most = reader.number("MaxIncrease", limits.POINTS), reader.number("Max", limits.PERCENT)
    enforce = _enforce(reader, "ErrorRate")
    _require_limit(reader, "MaxIncrease", "Max")
    if metric_name is None and reader.has("MetricName"):
        return None
    return ErrorRate(metric_name=metric_name or MODEL_ERRORS, max_increase=max_increase, max=most, enforce=enforce)


def _metric(reader: Reader) -> Criterion | None:
    namespace = reader.text("Namespace", limits.NAMESPACE, required=True)
    metric_name = reader.text("MetricName", limits.METRIC_NAME, required=True)
    dimensions = reader.texts_by_key(
        "Dimensions", limits.DIMENSION_NAME, limits.DIMENSION_VALUE, at_most=limits.DIMENSIONS
    )
    statistic = reader.text("Statistic", limits.STATISTIC, required=True)
    least, most = reader.number("Min", limits.ANY_NUMBER), reader.number("Max", limits.ANY_NUMBER)
    enforce = _enforce(reader, "Metric")
    _require_limit(reader, "Min", "Max")
    if OPAQUE not in (least, most) and None not in (least, most) and least > most:
        reader.fault("Min", f"is {number(least)}, must not be above Max, {number(most)}")
    if None in (namespace, metric_name, statistic) or (dimensions is None and reader.has("Dimensions")):
        return None
    return Metric(
        namespace=namespace,
        metric_name=metric_name,
        statistic=statistic,
        dimensions=dimensions if dimensions is OPAQUE else tuple(sorted((dimensions or {}).items())),
        min=least,
        max=most,
        enforce=enforce,
    )


def _alarms(reader: Reader) -> Criterion | None:
    names = reader.texts("AlarmNames", limits.ALARM_NAME, at_most=limits.ALARMS, required=True)
    enforce = _enforce(reader, "Alarms")
    if names is None:
        return None
    return Alarms(alarm_names=(OPAQUE,) if names is OPAQUE else names, enforce=enforce)


def _running(reader: Reader) -> Criterion | None:
    at_least = _duration(reader, "AtLeast", limits.RUNNING, required=True)
    enforce = _enforce(reader, "Running")
    return Running(at_least=at_least, enforce=enforce) if at_least is not None else None


_TYPES = {
    "Traffic": _traffic,
    "Latency": _latency,
    "ErrorRate": _error_rate,
    "Metric": _metric,
    "Alarms": _alarms,
    "Running": _running,
}
"""The function that reads each type of criterion."""


def _enforce(reader: Reader, kind: str) -> Any:
    """Reads ``Enforce``. It must be the last property that is read from a criterion."""
    enforce = reader.boolean("Enforce")
    reader.finish(of=f" of a criterion of Type {kind}")
    return True if enforce is None else enforce


def _require_limit(reader: Reader, *keys: str) -> None:
    if not any(map(reader.has, keys)):
        reader.fault(keys[0], f"is missing: without {' or '.join(keys)}, the criterion has no limit")


def _duration(reader: Reader, key: str, allowed: tuple[timedelta, timedelta], *, required: bool = False) -> Any:
    duration = reader.duration(key, required=required)
    if duration is None or duration is OPAQUE or allowed[0] <= duration <= allowed[1]:
        return duration
    least, most = map(iso_duration, allowed)
    return reader.fault(key, f"is {iso_duration(duration)}, must be from {least} to {most}")


def _check_for_repetitions(reader: Reader, entries: list[Reader], criteria: list[Criterion | None]) -> None:
    """Rejects a subject that occurs twice, because two criteria would repeat or contradict each other."""
    first: dict[tuple[Any, ...], int] = {}
    for index, criterion in enumerate(criteria):
        for (key, subject), times in Counter(_subjects(criterion)).items() if criterion is not None else ():
            if not _is_known(subject):
                continue
            before = first.setdefault((type(criterion), *subject), index)
            if times > 1:
                entries[index].fault(key, f"has {shown(subject[0])} more than once")
            if before != index:
                entries[index].fault(key, f"repeats {shown(subject[0])} of {reader.at('Criteria')}[{before}]")


def _is_known(subject: Any) -> bool:
    """Whether all its parts are known, at any depth. Two tokens may have different values."""
    return all(map(_is_known, subject)) if isinstance(subject, tuple) else subject is not OPAQUE


def _subjects(criterion: Criterion) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The subjects of a criterion, each with the property that names it. Messages show the first part of a subject."""
    match criterion:
        case Latency():
            yield "Statistic", (_same_statistic(criterion.statistic),)
        case ErrorRate():
            yield "MetricName", (criterion.metric_name,)
        case Metric():
            yield (
                "MetricName",
                (
                    criterion.metric_name,
                    criterion.namespace,
                    _same_statistic(criterion.statistic),
                    criterion.dimensions,
                ),
            )
        case Alarms():
            yield from (("AlarmNames", (name,)) for name in criterion.alarm_names)
        case Traffic() | Running():
            yield "Type", (type(criterion).__name__,)


def _same_statistic(statistic: Any) -> Any:
    """The statistic without a trailing ``.0``, so that ``p99.0`` is the same as ``p99``."""
    return statistic if statistic is OPAQUE else statistic.removesuffix(".0")
