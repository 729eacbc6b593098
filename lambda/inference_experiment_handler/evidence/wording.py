"""Criteria and numbers in words."""

from datetime import timedelta

from inference_experiment_handler.spec.gate import Alarms, Criterion, ErrorRate, Latency, Metric, Running, Traffic
from inference_experiment_handler.spec.text import iso_duration
from inference_experiment_handler.spec.text import number as exact


def named(criterion: Criterion) -> str:
    """The name of a criterion: its type and its subject, such as ``Latency p99``."""
    match criterion:
        case Latency():
            return f"Latency {criterion.statistic}"
        case ErrorRate():
            return f"ErrorRate {criterion.metric_name}"
        case Metric():
            of = "".join(f", {name}={value}" for name, value in criterion.dimensions)
            return f"Metric {criterion.namespace} {criterion.metric_name} {criterion.statistic}{of}"
        case Traffic() | Alarms() | Running():
            return type(criterion).__name__


def count(number: float) -> str:
    return f"{number:,.0f}"


def requests(number: float) -> str:
    return "1 request" if number == 1 else f"{count(number)} requests"


def figure(number: float) -> str:
    """A measured value, rounded for reading."""
    return f"{number:.4g}" if abs(number) < 1000 else f"{number:,.0f}"


def at_limit(limit: float, *, lowest: bool) -> str:
    """The text of a limit, which follows the measured value in a sentence."""
    return f"{'at least' if lowest else 'at most'} {exact(limit)}"


def long(seconds: float) -> str:
    """A duration, in the format of the declaration."""
    return iso_duration(timedelta(seconds=round(seconds)))
