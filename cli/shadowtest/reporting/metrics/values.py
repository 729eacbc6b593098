"""A value as it is told: with what it is made of, or why there is none."""

from dataclasses import dataclass

NO_DATA = "no data"


@dataclass(frozen=True)
class Value:
    """A number of one variant.

    Attributes:
        number: ``None`` where CloudWatch has no data that would make one.
        note: What has to be known of it; empty where there is nothing.
        lowest, highest: Of the periods, where the number is made of some.
        periods: How many periods the number is made of.
        count: How many events, where the number is their share of the requests.
    """

    number: float | None = None
    note: str = ""
    lowest: float | None = None
    highest: float | None = None
    periods: int | None = None
    count: float | None = None


def missing(problem: str) -> Value:
    """There is no data; the reason, if CloudWatch gives one."""
    return Value(note=f"{NO_DATA} ({problem})" if problem else NO_DATA)
