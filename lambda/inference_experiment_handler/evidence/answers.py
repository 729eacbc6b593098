"""The evidence: what CloudWatch has returned about a test, as raw values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.series import Measured, Series
from inference_experiment_handler.evidence.windows import Window


class NotMeasuredError(Exception):
    """There is no data to judge. The message gives the reason."""


@dataclass(frozen=True)
class AlarmState:
    """``StateValue`` and ``StateReason``."""

    value: str
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What is measured of a test.

    Attributes:
        at: The time as of which it was asked for.
        measured: The metrics, by the window that was asked about.
        alarms: The alarms that exist, by their names.
    """

    at: datetime
    measured: Mapping[Window, Measured] = field(default_factory=dict)
    alarms: Mapping[str, AlarmState] = field(default_factory=dict)

    def has(self, asked: Window, query: Query) -> bool:
        """Whether a query was sent, even if CloudWatch returned no data."""
        return asked in self.measured and query in self.measured[asked].series

    def of(self, asked: Window, query: Query) -> Series:
        """The values of a query. What CloudWatch says of all queries of a call is a problem of each of them."""
        measured = self.measured.get(asked, Measured(asked, {}))
        series = measured.of(query)
        problem = "; ".join(filter(None, (series.problem, *measured.messages)))
        return replace(series, problem=problem)

    def points(self, asked: Window, query: Query) -> Mapping[datetime, float]:
        """All values of a query, maybe none. Raises a ``NotMeasuredError`` if these are not known to be all."""
        series = self.of(asked, query)
        if series.problem:
            raise NotMeasuredError(f"the data of {query.said} is not complete ({series.problem})")
        return series.points

    def total(self, asked: Window, query: Query) -> float:
        """The sum of all values. Raises a ``NotMeasuredError`` if there is none, which is not zero."""
        points = self.points(asked, query)
        if not points:
            raise NotMeasuredError(f"CloudWatch has no data of {query.said}")
        return sum(points.values())

    def with_answers(self, queries: Iterable[Query], new: Measured) -> "Evidence":
        """The same with the answers to some queries. One that is missing there is not asked again."""
        old = self.measured.get(new.asked, Measured(new.asked, {}))
        series = {**old.series, **{query: new.of(query) for query in queries}}
        both = Measured(new.asked, series, tuple(dict.fromkeys((*old.messages, *new.messages))))
        return replace(self, measured={**self.measured, new.asked: both})
