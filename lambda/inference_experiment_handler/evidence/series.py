"""The data that CloudWatch has returned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.windows import Window

COMPLETE = "Complete"


@dataclass(frozen=True)
class Series:
    """The values of one query, by the start of their period. A period without data has no value.

    ``problem`` is the reason why values may be missing. It is empty if the values are complete.
    """

    points: Mapping[datetime, float] = field(default_factory=dict)
    problem: str = ""

    @property
    def total(self) -> float | None:
        """The sum of all values. ``None`` if there are no values."""
        return sum(self.points.values()) if self.points else None


@dataclass(frozen=True)
class Measured:
    """The results of all queries for a window. ``messages`` has CloudWatch's messages about whole calls."""

    asked: Window
    series: Mapping[Query, Series]
    messages: tuple[str, ...] = ()

    def of(self, query: Query) -> Series:
        return self.series.get(query, Series(problem="CloudWatch has not answered"))


def measured(queries: Sequence[Query], asked: Window, pages: Iterable[Mapping[str, Any]]) -> Measured:
    """The data of the pages of all calls together.

    A page can have only a part of the values of a query. The last status of a query counts, because the status is
    PartialData before the last page.
    """
    points: dict[str, dict[datetime, float]] = {}
    statuses: dict[str, str] = {}
    messages: dict[str, list[str]] = {}
    general: list[str] = []
    for page in pages:
        general += [_in_words(each) for each in page.get("Messages", ())]
        for result in page.get("MetricDataResults", ()):
            id = result["Id"]
            instants = (instant.astimezone(UTC) for instant in result.get("Timestamps", ()))
            points.setdefault(id, {}).update(zip(instants, result.get("Values", ()), strict=True))
            statuses[id] = result.get("StatusCode", COMPLETE)
            messages.setdefault(id, []).extend(_in_words(each) for each in result.get("Messages", ()))
    return Measured(
        asked,
        {
            query: Series(points[id], _problem(statuses[id], messages[id]))
            for id, query in ((f"q{number}", query) for number, query in enumerate(queries))
            if id in points
        },
        tuple(dict.fromkeys(general)),
    )


def _problem(status: str, messages: Sequence[str]) -> str:
    return ": ".join(filter(None, (status if status != COMPLETE else "", "; ".join(dict.fromkeys(messages)))))


def _in_words(message: Mapping[str, Any]) -> str:
    return ": ".join(filter(None, (message.get("Code", ""), message.get("Value", ""))))
