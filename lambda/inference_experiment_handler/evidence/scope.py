"""What a gate is about: one test, and the time for which its metrics are taken into account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.windows import NOT_COMPLETE_YET, Window, answered, window
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.spec.gate import Gate

SUM, SAMPLES = "Sum", "SampleCount"
LONGEST_PERIOD = 3600
"""In seconds: the longest period of a percentile."""
MOST_PERIODS = 3_000
"""The most periods of a window. More periods show nothing more, and make CloudWatch slow."""


@dataclass(frozen=True)
class Scope:
    """A test as of one instant.

    Attributes:
        start: When the test actually started.
        end: When it ends as scheduled.
        now: The time as of which it is judged.
        longest: How far back the metrics are taken into account; ``None``: since the start.
    """

    endpoint_name: str
    production: str
    shadow: str
    start: datetime
    end: datetime | None
    now: datetime
    longest: timedelta | None = None

    @classmethod
    def of(cls, gate: Gate, test: ObservedExperiment, now: datetime) -> "Scope | None":
        """``None`` if the test has not started."""
        if test.start is None or test.start > now:
            return None
        return cls(test.endpoint_name, test.production_name, test.shadow_name, test.start, test.end, now, gate.window)

    @property
    def since(self) -> datetime:
        """Where the window begins, before it is cut to whole periods."""
        if self.longest is None:
            return self.start
        return max(self.start, self.now - NOT_COMPLETE_YET - self.longest)

    @cached_property
    def periods(self) -> tuple[Window, ...]:
        """The windows of what is judged period by period, the one with the shortest periods first.

        Left out are those with more periods than ``MOST_PERIODS``.
        """
        lengths = (period for period in answered(self.since, self.now) if period <= LONGEST_PERIOD)
        windows = (window(self.since, self.now, self.now, period) for period in lengths)
        return tuple(each for each in windows if each is not None and each.length <= MOST_PERIODS)

    @property
    def totals(self) -> Window | None:
        """The window of what is summed up; ``None`` if no period is complete yet."""
        return next(iter(self.periods), None)

    def of_shadow(self, metric_name: str, statistic: str) -> Query:
        return Query.of_variant(self.endpoint_name, self.shadow, metric_name, statistic)

    def of_production(self, metric_name: str, statistic: str) -> Query:
        return Query.of_variant(self.endpoint_name, self.production, metric_name, statistic)
