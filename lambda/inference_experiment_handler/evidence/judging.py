"""Judges a gate: makes the queries for CloudWatch, and judges each criterion by the responses."""

from collections.abc import Iterator
from typing import NamedTuple

from inference_experiment_handler.evidence import alarms, error_rate, latency, metric, running, traffic
from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.judgement import Finding, Judged, Judgement, Limit, Verdict
from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.spec.gate import Alarms, Criterion, ErrorRate, Gate, Latency, Metric, Running, Traffic


class Question(NamedTuple):
    """Queries about a window, for GetMetricData."""

    asked: Window
    queries: tuple[Query, ...]


def open_questions(gate: Gate, test: ObservedExperiment, evidence: Evidence) -> tuple[Question, ...]:
    """The queries that are still open. A response can lead to another query, so ask until no query is open."""
    scope = Scope.of(gate, test, evidence.at)
    by_window: dict[Window, dict[Query, None]] = {}
    if scope is None:
        return ()
    for criterion in gate.criteria:
        for asked, query in _asked(criterion, scope, evidence):
            if not evidence.has(asked, query):
                by_window.setdefault(asked, {})[query] = None
    return tuple(Question(asked, tuple(queries)) for asked, queries in by_window.items())


def alarm_names(gate: Gate) -> tuple[str, ...]:
    """The alarms whose states must be known."""
    return tuple(name for each in gate.criteria if isinstance(each, Alarms) for name in each.alarm_names)


def judge(gate: Gate, test: ObservedExperiment, evidence: Evidence) -> Judgement:
    scope = Scope.of(gate, test, evidence.at)
    return Judgement(
        evidence.at, tuple(Judged(each, tuple(_findings(each, scope, evidence))) for each in gate.criteria)
    )


def _asked(criterion: Criterion, scope: Scope, evidence: Evidence) -> Iterator[tuple[Window, Query]]:
    match criterion:
        case Traffic():
            yield from traffic.asked(scope)
        case ErrorRate():
            yield from error_rate.asked(criterion, scope)
        case Latency():
            for limit in latency.limits(criterion, scope):
                yield from limit.asked(scope, evidence)
        case Metric():
            yield from metric.asked(criterion, scope, evidence)
        case Alarms() | Running():
            return


def _findings(criterion: Criterion, scope: Scope | None, evidence: Evidence) -> Iterator[Finding]:
    match criterion:
        case Alarms():
            yield from alarms.findings(criterion, evidence)
        case _ if scope is None:
            yield Finding(limit=Limit(""), verdict=Verdict.INCONCLUSIVE, said="the test has not started")
        case Traffic():
            yield from traffic.findings(criterion, scope, evidence)
        case ErrorRate():
            yield from error_rate.findings(criterion, scope, evidence)
        case Latency():
            yield from (each.finding(scope, evidence) for each in latency.limits(criterion, scope))
        case Metric():
            yield from metric.findings(criterion, scope, evidence)
        case Running():
            yield from running.findings(criterion, scope)
