"""``ErrorRate``: the share of the requests that failed, with its confidence interval."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from inference_experiment_handler.evidence.answers import Evidence, NotMeasuredError
from inference_experiment_handler.evidence.expectation import expected, times_as_much
from inference_experiment_handler.evidence.intervals import CONFIDENCE, Interval, newcombe, wilson
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict, against, found
from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.scope import SUM, Scope
from inference_experiment_handler.evidence.traffic import INVOCATIONS
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.evidence.wording import at_limit, count, figure, requests
from inference_experiment_handler.spec.gate import ErrorRate

_PERCENT = 100


class Rate(NamedTuple):
    """The number of errors of a variant, and the number of its requests."""

    variant: str
    errors: float
    requests: float

    @property
    def percent(self) -> float:
        return _PERCENT * self.errors / self.requests

    @property
    def said(self) -> str:
        return f"{self.variant}: {count(self.errors)} of {requests(self.requests)}"


def asked(criterion: ErrorRate, scope: Scope) -> Iterator[tuple[Window, Query]]:
    if scope.totals is None:
        return
    for metric_name in (criterion.metric_name, INVOCATIONS):
        yield scope.totals, scope.of_shadow(metric_name, SUM)
        if criterion.max_increase is not None:
            yield scope.totals, scope.of_production(metric_name, SUM)


def findings(criterion: ErrorRate, scope: Scope, evidence: Evidence) -> Iterator[Finding]:
    def rate(variant: str, of: Callable[[str, str], Query], window: Window) -> Rate:
        return _rate(variant, window, of(criterion.metric_name, SUM), of(INVOCATIONS, SUM), evidence)

    def increase(window: Window) -> Finding:
        shadow = rate(scope.shadow, scope.of_shadow, window)
        production = rate(scope.production, scope.of_production, window)
        return _finding(
            more,
            scope,
            window,
            (shadow, production),
            value=shadow.percent - production.percent,
            interval=lambda times: newcombe(
                shadow.errors * times, shadow.requests * times, production.errors * times, production.requests * times
            ),
        )

    def own(window: Window) -> Finding:
        shadow = rate(scope.shadow, scope.of_shadow, window)
        return _finding(
            most,
            scope,
            window,
            (shadow,),
            value=shadow.percent,
            interval=lambda times: wilson(shadow.errors * times, shadow.requests * times),
        )

    more, most = Limit("MaxIncrease", criterion.max_increase, "points"), Limit("Max", criterion.max, "%")
    for limit, measure in ((more, increase), (most, own)):
        if limit.value is not None:
            yield found(limit, scope, measure)


def _rate(variant: str, window: Window, errors: Query, invocations: Query, evidence: Evidence) -> Rate:
    """Raises a ``NotMeasuredError``. A missing number of errors is zero only if there are requests."""
    total = evidence.total(window, invocations)
    failed = sum(evidence.points(window, errors).values())
    if total <= 0:
        raise NotMeasuredError(f"no requests to {variant}")
    if failed > total:
        raise NotMeasuredError(f"{variant} has more errors ({count(failed)}) than requests ({count(total)})")
    return Rate(variant, failed, total)


def _finding(
    limit: Limit,
    scope: Scope,
    window: Window,
    rates: tuple[Rate, ...],
    *,
    value: float,
    interval: Callable[[float], Interval],
) -> Finding:
    """``interval`` returns the interval for a multiple of the errors and the requests."""
    highest = limit.number / _PERCENT
    verdict, at, then = against(interval(1), highest), None, ""
    if verdict is Verdict.INCONCLUSIVE:
        times = times_as_much(lambda times: against(interval(times), highest) is not Verdict.INCONCLUSIVE)
        at, words = expected(scope, window, times)
        then = f"; {words}"
    lower, upper = (figure(_PERCENT * each) for each in interval(1))
    side = "below" if value < 0 else "above"
    shown = f"{figure(value)}%" if limit.unit == "%" else f"{figure(abs(value))} percentage points {side} production"
    of = "; ".join(each.said for each in rates)
    return Finding(
        limit=limit,
        verdict=verdict,
        said=(
            f"{shown}, {at_limit(limit.number, lowest=False)}"
            f" ({CONFIDENCE:.0%} confidence interval {lower} to {upper}; {of}){then}"
        ),
        value=value,
        samples=rates[0].requests,
        window=window,
        enough_at=at,
    )
