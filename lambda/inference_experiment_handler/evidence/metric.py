"""``Metric``: a statistic of any metric, compared with its limits."""

from collections.abc import Iterator

from inference_experiment_handler.evidence.answers import Evidence, NotMeasuredError
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict, found
from inference_experiment_handler.evidence.period_by_period import PeriodByPeriod
from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.scope import SAMPLES, SUM, Scope
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.evidence.wording import at_limit, count, figure
from inference_experiment_handler.spec.gate import Metric

_MADE_OF = {"Average": (SUM, SAMPLES), "Sum": (SUM, SAMPLES), SAMPLES: (SAMPLES,)}
"""The statistics that are read to compute a statistic. Any other is read as it is, with the number of samples."""


def asked(criterion: Metric, scope: Scope, evidence: Evidence) -> Iterator[tuple[Window, Query]]:
    if _is_percentile(criterion):
        for each in _by_period(criterion):
            yield from each.asked(scope, evidence)
    elif scope.totals is not None:
        for statistic in _MADE_OF.get(criterion.statistic, (criterion.statistic, SAMPLES)):
            yield scope.totals, _query(criterion, statistic)


def findings(criterion: Metric, scope: Scope, evidence: Evidence) -> Iterator[Finding]:
    if _is_percentile(criterion):
        yield from (each.finding(scope, evidence) for each in _by_period(criterion))
        return
    for limit in _limits(criterion):

        def measured(window: Window, limit: Limit = limit) -> Finding:
            return _finding(criterion, limit, window, evidence)

        yield found(limit, scope, measured)


def _finding(criterion: Metric, limit: Limit, window: Window, evidence: Evidence) -> Finding:
    samples = evidence.total(window, _query(criterion, SAMPLES))
    value = _value(criterion, window, evidence, samples)
    beyond = value < limit.number if limit.is_lowest else value > limit.number
    return Finding(
        limit=limit,
        verdict=Verdict.FAILS if beyond else Verdict.HOLDS,
        said=f"{figure(value)}, {at_limit(limit.number, lowest=limit.is_lowest)} ({count(samples)} samples)",
        value=value,
        samples=samples,
        window=window,
    )


def _value(criterion: Metric, window: Window, evidence: Evidence, samples: float) -> float:
    match criterion.statistic:
        case "Average":
            if samples <= 0:
                raise NotMeasuredError(f"no samples of {criterion.metric_name}")
            # Each sample must have the same weight. An average of the periods would give each period the same weight.
            return evidence.total(window, _query(criterion, SUM)) / samples
        case "Minimum" | "Maximum":
            query = _query(criterion, criterion.statistic)
            points = evidence.points(window, query)
            if not points:
                raise NotMeasuredError(f"CloudWatch has no data of {query.said}")
            return (min if criterion.statistic == "Minimum" else max)(points.values())
        case statistic:
            return evidence.total(window, _query(criterion, statistic))


def _limits(criterion: Metric) -> Iterator[Limit]:
    for name, value in (("Min", criterion.min), ("Max", criterion.max)):
        if value is not None:
            yield Limit(name, value)


def _by_period(criterion: Metric) -> Iterator[PeriodByPeriod]:
    for limit in _limits(criterion):
        yield PeriodByPeriod(
            limit, criterion.statistic, lambda statistic: [_query(criterion, statistic)], lambda of: of[0]
        )


def _query(criterion: Metric, statistic: str) -> Query:
    return Query(criterion.namespace, criterion.metric_name, statistic, criterion.dimensions)


def _is_percentile(criterion: Metric) -> bool:
    return criterion.statistic.startswith("p")
