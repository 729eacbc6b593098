"""Compares a percentile with a limit, period by period. Percentiles of several periods can't be averaged.

The verdict is a sign test. It shows whether fewer than half of the periods are beyond the limit. The sign test uses a
confidence interval, so it needs no separate rule for too few periods. The newest period has no special weight.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from inference_experiment_handler.evidence.answers import Evidence, NotMeasuredError
from inference_experiment_handler.evidence.expectation import expected, times_as_much
from inference_experiment_handler.evidence.intervals import wilson
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict, against, found
from inference_experiment_handler.evidence.percentiles import samples_needed
from inference_experiment_handler.evidence.periods import Periods, Points, with_enough
from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.sampling import enough_samples
from inference_experiment_handler.evidence.scope import SAMPLES, Scope
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.evidence.wording import at_limit, count, figure, long

_HALF = 0.5


@dataclass(frozen=True)
class PeriodByPeriod:
    """One limit of a percentile.

    Attributes:
        queries: Returns the queries for a statistic, one for each metric that the value is computed from.
        value: Computes the value of one period from the percentile of each metric.
        unit: The text that follows the value in a sentence, such as `` ms``.
    """

    limit: Limit
    statistic: str
    queries: Callable[[str], Sequence[Query]]
    value: Callable[[Sequence[float]], float]
    unit: str = ""

    def asked(self, scope: Scope, evidence: Evidence) -> Iterator[tuple[Window, Query]]:
        """The queries of the samples. Once they are answered, also the queries of the percentiles.

        The number of samples decides the length of the periods of the percentiles.
        """
        if not scope.periods:
            return
        first, samples = scope.periods[0], self.queries(SAMPLES)
        yield from ((first, each) for each in samples)
        if all(evidence.has(first, each) for each in samples):
            counts = [evidence.of(first, each).points for each in samples]
            window = with_enough(scope.periods, counts, self._needed).window
            yield from ((window, each) for each in self.queries(self.statistic))

    def finding(self, scope: Scope, evidence: Evidence) -> Finding:
        return found(
            self.limit, scope, lambda first: self._measured(first, scope, evidence), periods=self._periods_for_a_verdict
        )

    @property
    def _needed(self) -> int:
        return samples_needed(self.statistic)

    @property
    def _periods_for_a_verdict(self) -> int:
        """The number of periods that are enough if they all agree."""
        return next(
            number
            for number in itertools.count(1)
            if Verdict.INCONCLUSIVE not in (self._verdict(0, number), self._verdict(number, number))
        )

    def _measured(self, first: Window, scope: Scope, evidence: Evidence) -> Finding:
        counts = [evidence.points(first, each) for each in self.queries(SAMPLES)]
        periods = with_enough(scope.periods, counts, self._needed)
        if not periods.starts:
            return self._too_few(first, scope, counts, periods)
        values = self._values(periods, evidence)
        beyond = sum(self._is_beyond(value) for value in values)
        verdict, at, then = self._verdict(beyond, len(values)), None, ""
        if verdict is Verdict.INCONCLUSIVE:
            times = times_as_much(
                lambda times: self._verdict(beyond * times, len(values) * times) is not Verdict.INCONCLUSIVE
            )
            at, words = expected(scope, periods.window, times)
            then = f"; {words}"
        left_out = f", {count(periods.left_out)} with fewer left out" if periods.left_out else ""
        return Finding(
            limit=self.limit,
            verdict=verdict,
            said=(
                f"{figure(median(values))}{self.unit}, {at_limit(self.limit.number, lowest=self.limit.is_lowest)} "
                f"(median of {_periods(len(values))} of {long(periods.window.period)}, {beyond} of them beyond the "
                f"limit; at least {count(periods.fewest)} samples in each{left_out}){then}"
            ),
            value=median(values),
            samples=sum(sum(each.values()) for each in counts[:1]),
            window=periods.window,
            enough_at=at,
        )

    def _too_few(self, first: Window, scope: Scope, counts: Sequence[Points], periods: Periods) -> Finding:
        at, then = enough_samples(scope, first, counts, self._needed, self._periods_for_a_verdict)
        return Finding(
            limit=self.limit,
            verdict=Verdict.INCONCLUSIVE,
            said=(
                f"too few samples for {self.statistic}: at most {count(periods.most)} of {count(self._needed)} in a "
                f"period of {long(periods.window.period)}; {then}"
            ),
            window=first,
            enough_at=at,
        )

    def _values(self, periods: Periods, evidence: Evidence) -> list[float]:
        """The value of each period with enough samples. Raises a ``NotMeasuredError`` if there are no values."""
        points = [evidence.points(periods.window, each) for each in self.queries(self.statistic)]
        values = [
            self.value([each[start] for each in points])
            for start in periods.starts
            if all(start in each for each in points)
        ]
        if not values:
            raise NotMeasuredError(f"CloudWatch has no data of {self.queries(self.statistic)[0].said}")
        return values

    def _is_beyond(self, value: float) -> bool:
        limit = self.limit.number
        return value < limit if self.limit.is_lowest else value > limit

    def _verdict(self, beyond: float, of: float) -> Verdict:
        return against(wilson(beyond, of), _HALF)


def _periods(number: int) -> str:
    return "1 period" if number == 1 else f"{number} periods"
