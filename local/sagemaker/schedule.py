"""When an experiment starts and ends: the requested times, and the actual ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.sagemaker.behaviour import Behaviour
from local.sagemaker.errors import validation

_DEFAULT_DURATION = timedelta(days=7)
_LONGEST_DURATION = timedelta(days=30)


@dataclass(frozen=True)
class Schedule:
    """The requested start and end, and the actual start once it is known. Without a start, the experiment starts at
    once.
    """

    start: datetime | None = None
    end: datetime | None = None
    started: datetime | None = None

    def asked(self, given: Mapping[str, datetime]) -> Schedule:
        return replace(self, start=given.get("StartTime", self.start), end=given.get("EndTime", self.end))

    def begun(self, at: datetime) -> Schedule:
        """The schedule of a test that starts now. If it starts early, it may have to end earlier."""
        return replace(self, started=at, end=min(self.end, at + _LONGEST_DURATION) if self.end else None)

    def ends(self, started: datetime) -> datetime:
        return self.end or started + _DEFAULT_DURATION

    def check(self, behaviour: Behaviour, now: datetime) -> None:
        """Refuses what the service refuses at the time of the request."""
        if self.started is None and self.start and self.start < now:
            raise validation("The StartTime of the experiment must not be in the past.")
        if self.end is None:
            return
        start = self.started or self.start or now
        if self.end <= now:
            raise validation("The EndTime of the experiment must be in the future.")
        if self.end - start < behaviour.minimum_duration:
            raise validation(f"An experiment must last {behaviour.minimum_duration} or longer.")
        if self.end - start > _LONGEST_DURATION:
            raise validation(f"An experiment must not last longer than {_LONGEST_DURATION.days} days.")

    def described(self, behaviour: Behaviour) -> dict[str, datetime]:
        start, end = self.start, self.end
        if behaviour.reports_actual_start and self.started:
            start, end = self.started, self.ends(self.started)
        ends = {"StartTime": start, "EndTime": end}
        return {name: instant for name, instant in ends.items() if instant}
