"""The time of SageMaker, and the duration of its transitions.

There are two kinds of time. A *duration* ("an endpoint takes five minutes to start") is set by SageMaker, so a clock
may shorten it. An *instant* (an experiment's StartTime and EndTime) is set by the user, so it is compared with
``now()`` without a change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the state machine needs from a clock."""

    def now(self) -> datetime:
        """The present instant, with a time zone."""
        ...

    def scaled(self, duration: timedelta) -> timedelta:
        """How long a transition of this duration takes on this clock."""
        ...


class ManualClock:
    """Stands still until a test advances it."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of a clock needs a time zone")
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: float | timedelta) -> None:
        self._now += _duration(by)

    def scaled(self, duration: timedelta) -> timedelta:
        return duration


class SystemClock:
    """Real time, with an offset that ``advance`` increases. Transitions are ``speed`` times faster."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be positive, not {speed}")
        self.speed = speed
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, by: float | timedelta) -> None:
        self._offset += _duration(by)

    def scaled(self, duration: timedelta) -> timedelta:
        return duration / self.speed


def _duration(by: float | timedelta) -> timedelta:
    duration = by if isinstance(by, timedelta) else timedelta(seconds=by)
    if duration < timedelta():
        raise ValueError("time doesn't go backwards")
    return duration
