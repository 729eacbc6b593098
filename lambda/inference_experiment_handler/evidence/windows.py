"""The windows of time for which CloudWatch is queried, and the length of their periods.

CloudWatch does not document whether the first period of a result begins at the start of the query, or at a whole
multiple of the period. So a window always begins and ends at a whole multiple. Then both are the same, and no period
has data from before or after the test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOT_COMPLETE_YET = timedelta(minutes=3)
"""The time until SageMaker's metrics are complete."""
PERIODS = (60, 300, 900, 3600, 21_600, 86_400)
"""The periods to choose from, in seconds. Each divides a day, which is the longest period that CloudWatch accepts."""
RETENTION = ((timedelta(days=15), 60), (timedelta(days=63), 300), (timedelta(days=455), 3600))
"""For data up to each age, the period in seconds whose multiples CloudWatch accepts. It keeps no older data."""
_MANY = 200
"""The largest number of periods in a chart."""


@dataclass(frozen=True)
class Window:
    """A time that consists of whole periods of ``period`` seconds. ``end`` is exclusive."""

    start: datetime
    end: datetime
    period: int

    @property
    def length(self) -> int:
        """The number of periods."""
        return int((self.end - self.start).total_seconds()) // self.period

    @property
    def starts(self) -> Iterator[datetime]:
        """The start of each period."""
        return (self.start + timedelta(seconds=self.period * number) for number in range(self.length))


def kept_since(start: datetime, now: datetime) -> datetime:
    """The start, or the start of the data that CloudWatch still has, whichever is later."""
    return max(start, now - RETENTION[-1][0])


def window(start: datetime, end: datetime, now: datetime, period: int) -> Window | None:
    """The whole periods between start and end whose data is complete. ``None`` if there are none."""
    first = rounded(kept_since(start, now), period, up=True)
    last = rounded(min(end, now - NOT_COMPLETE_YET), period, up=False)
    return Window(first, last, period) if first < last else None


def overview(start: datetime, end: datetime, now: datetime) -> Window | None:
    """The window for a chart: the one with the shortest periods of which there are at most ``_MANY``."""
    windows = [window(start, end, now, period) for period in answered(start, now)]
    return next((each for each in windows if each is not None and each.length <= _MANY), windows[-1])


def shortest_with(
    enough: Callable[[Window], bool], start: datetime, end: datetime, now: datetime, *, at_least: int, at_most: int
) -> Window | None:
    """The window with the shortest periods that has enough data. If none has, the window with the longest periods.

    ``at_least`` and ``at_most`` limit the length of a period, in seconds.
    """
    periods = [period for period in answered(start, now) if at_least <= period <= at_most]
    windows = [each for each in (window(start, end, now, period) for period in periods) if each is not None]
    return next(filter(enough, windows), windows[-1] if windows else None)


def answered(start: datetime, now: datetime) -> list[int]:
    """The periods that CloudWatch accepts for data of this age."""
    age = now - kept_since(start, now)
    multiple = next((multiple for kept, multiple in RETENTION if age < kept), RETENTION[-1][1])
    return [period for period in PERIODS if period % multiple == 0]


def rounded(instant: datetime, period: int, *, up: bool) -> datetime:
    """The instant, rounded up or down to a whole multiple of a period."""
    seconds = instant.timestamp()
    whole = seconds // period * period
    return datetime.fromtimestamp(whole + period if up and whole < seconds else whole, UTC)
