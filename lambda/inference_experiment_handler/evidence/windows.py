"""Which time CloudWatch is asked about, and in which periods.

CloudWatch does not document whether the periods of an answer begin at the time that was asked for, or at whole
multiples of the period. So a window always begins and ends at a whole multiple: then both are the same, and no period
has data from before or after the test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOT_COMPLETE_YET = timedelta(minutes=3)
"""How late SageMaker's metrics are."""
PERIODS = (60, 300, 900, 3600, 21_600, 86_400)
"""In seconds. Each divides a day, the longest that CloudWatch takes."""
RETENTION = ((timedelta(days=15), 60), (timedelta(days=63), 300), (timedelta(days=455), 3600))
"""How long CloudWatch keeps data, and the period whose multiples it still answers then."""
_MANY = 200
"""Periods, of which a chart is made."""


@dataclass(frozen=True)
class Window:
    """Whole periods of so many seconds. ``end`` is exclusive."""

    start: datetime
    end: datetime
    period: int

    @property
    def length(self) -> int:
        """How many periods."""
        return int((self.end - self.start).total_seconds()) // self.period

    @property
    def starts(self) -> Iterator[datetime]:
        """When each period begins."""
        return (self.start + timedelta(seconds=self.period * number) for number in range(self.length))


def kept_since(start: datetime, now: datetime) -> datetime:
    """The start, or when the data begins that CloudWatch still has."""
    return max(start, now - RETENTION[-1][0])


def window(start: datetime, end: datetime, now: datetime, period: int) -> Window | None:
    """The whole periods between start and end whose data is complete; ``None`` where there is none."""
    first = rounded(kept_since(start, now), period, up=True)
    last = rounded(min(end, now - NOT_COMPLETE_YET), period, up=False)
    return Window(first, last, period) if first < last else None


def overview(start: datetime, end: datetime, now: datetime) -> Window | None:
    """The window with the shortest periods that are not too many for a chart."""
    windows = [window(start, end, now, period) for period in answered(start, now)]
    return next((each for each in windows if each is not None and each.length <= _MANY), windows[-1])


def shortest_with(
    enough: Callable[[Window], bool], start: datetime, end: datetime, now: datetime, *, at_least: int, at_most: int
) -> Window | None:
    """The window with the shortest periods that have enough; where none have, the one with the longest periods.

    ``at_least``, ``at_most``: how long a period may be, in seconds.
    """
    periods = [period for period in answered(start, now) if at_least <= period <= at_most]
    windows = [each for each in (window(start, end, now, period) for period in periods) if each is not None]
    return next(filter(enough, windows), windows[-1] if windows else None)


def answered(start: datetime, now: datetime) -> list[int]:
    """The periods that CloudWatch answers for data of this age."""
    age = now - kept_since(start, now)
    multiple = next((multiple for kept, multiple in RETENTION if age < kept), RETENTION[-1][1])
    return [period for period in PERIODS if period % multiple == 0]


def rounded(instant: datetime, period: int, *, up: bool) -> datetime:
    """The nearest whole multiple of a period after that, or before it."""
    seconds = instant.timestamp()
    whole = seconds // period * period
    return datetime.fromtimestamp(whole + period if up and whole < seconds else whole, UTC)
