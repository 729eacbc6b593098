"""The scope of a gate: one test, and the time for which its metrics are used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.windows import NOT_COMPLETE_YET, Window, answered, window
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.spec.gate import Gate

SUM, SAMPLES = "Sum", "SampleCount"
LONGEST_PERIOD = 3600
"""The longest period of a percentile, in seconds."""
MOST_PERIODS = 3_000
"""The largest number of periods in a window. More periods show nothing more, and make CloudWatch slow."""


@dataclass(frozen=True)
class Scope:
    """A test at one point in time.

    Attributes:
        start: The time at which the test actually started.
        end: The scheduled end of the test. ``None`` if it is not known.
        now: The time as of which the test is judged.
        longest: The longest time before ``now`` for which metrics are used. ``None``: all metrics since the start.
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
        """The start of the window, before the window is cut to whole periods."""
        if self.longest is None:
            return self.start
        return max(self.start, self.now - NOT_COMPLETE_YET - self.longest)

    @cached_property
    def periods(self) -> tuple[Window, ...]:
        """The windows of the criteria that are judged period by period. The window with the shortest periods is first.

        A window with more periods than ``MOST_PERIODS`` is omitted.
        """
        lengths = (period for period in answered(self.since, self.now) if period <= LONGEST_PERIOD)
        windows = (window(self.since, self.now, self.now, period) for period in lengths)
        return tuple(each for each in windows if each is not None and each.length <= MOST_PERIODS)

    @property
    def totals(self) -> Window | None:
        """The window of the values that are summed. ``None`` if no period is complete yet."""
        return next(iter(self.periods), None)

    def of_shadow(self, metric_name: str, statistic: str) -> Query:
        return Query.of_variant(self.endpoint_name, self.shadow, metric_name, statistic)

    def of_production(self, metric_name: str, statistic: str) -> Query:
        return Query.of_variant(self.endpoint_name, self.production, metric_name, statistic)
