"""Criteria and numbers in words."""

from datetime import timedelta

from inference_experiment_handler.spec.gate import Alarms, Criterion, ErrorRate, Latency, Metric, Running, Traffic
from inference_experiment_handler.spec.text import iso_duration
from inference_experiment_handler.spec.text import number as exact


def named(criterion: Criterion) -> str:
    """A criterion by its type and what it is about: ``Latency p99``."""
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
    """A measured value, with as many digits as are of interest."""
    return f"{number:.4g}" if abs(number) < 1000 else f"{number:,.0f}"


def at_limit(limit: float, *, lowest: bool) -> str:
    """A limit, after the value that it applies to."""
    return f"{'at least' if lowest else 'at most'} {exact(limit)}"


def long(seconds: float) -> str:
    """A length of time, as it is declared."""
    return iso_duration(timedelta(seconds=round(seconds)))
