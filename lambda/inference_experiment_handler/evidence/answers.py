"""The evidence: the data that CloudWatch has returned about a test, as raw values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.series import Measured, Series
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.model.alarm import ObservedAlarm


class NotMeasuredError(Exception):
    """There is no data to judge. The message gives the reason."""


@dataclass(frozen=True)
class Evidence:
    """The metrics and the alarms that a test is judged by.

    Attributes:
        at: The time as of which the test is judged.
        measured: The metrics, by the window of their queries.
        alarms: The alarms that exist, by their names.
    """

    at: datetime
    measured: Mapping[Window, Measured] = field(default_factory=dict)
    alarms: Mapping[str, ObservedAlarm] = field(default_factory=dict)

    def has(self, asked: Window, query: Query) -> bool:
        """Whether a query was sent, even if CloudWatch returned no data."""
        return asked in self.measured and query in self.measured[asked].series

    def of(self, asked: Window, query: Query) -> Series:
        """The values of a query. A message from CloudWatch about a whole call is a problem of each query in it."""
        measured = self.measured.get(asked, Measured(asked, {}))
        series = measured.of(query)
        problem = "; ".join(filter(None, (series.problem, *measured.messages)))
        return replace(series, problem=problem)

    def points(self, asked: Window, query: Query) -> Mapping[datetime, float]:
        """All values of a query. There may be none. Raises a ``NotMeasuredError`` if some may be missing."""
        series = self.of(asked, query)
        if series.problem:
            raise NotMeasuredError(f"the data of {query.said} is not complete ({series.problem})")
        return series.points

    def total(self, asked: Window, query: Query) -> float:
        """The sum of all values. Raises a ``NotMeasuredError`` if there are no values, because that is not zero."""
        points = self.points(asked, query)
        if not points:
            raise NotMeasuredError(f"CloudWatch has no data of {query.said}; the rate is not known yet")
        return sum(points.values())

    def with_answers(self, queries: Iterable[Query], new: Measured) -> "Evidence":
        """A copy that also has the answers to these queries. A query without an answer is not sent again."""
        old = self.measured.get(new.asked, Measured(new.asked, {}))
        series = {**old.series, **{query: new.of(query) for query in queries}}
        both = Measured(new.asked, series, tuple(dict.fromkeys((*old.messages, *new.messages))))
        return replace(self, measured={**self.measured, new.asked: both})
