"""Runs one task at a time, on one simulated clock. The task that is due next runs until it waits."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from greenlet import getcurrent, greenlet


class Signal:
    """An event for which tasks wait, and that occurs once."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler
        self._waiting: list[Callable[[], None]] = []
        self.value: Any = None
        self.happened = False

    def happen(self, value: Any = None) -> None:
        if self.happened:
            return
        self.happened, self.value = True, value
        for wake in self._waiting:
            self._scheduler.after(0, wake)

    def wait(self, seconds: float) -> bool:
        """Waits for at most that time. Returns whether the event has occurred. Called from within a task."""
        if not self.happened:
            wake = self._scheduler.alarm()
            self._waiting.append(wake)
            self._scheduler.after(seconds, wake)
            self._scheduler.park()
        return self.happened


class Scheduler:
    """Runs tasks one at a time, with a clock that jumps from one to the next. It is also SageMaker's clock."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._hub = getcurrent()

    def now(self) -> datetime:
        return self._now

    def scaled(self, duration: timedelta) -> timedelta:
        return duration

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self._now + timedelta(seconds=seconds), next(self._order), what))

    def spawn(self, what: Callable[[], None], *, seconds: float = 0) -> greenlet:
        task = greenlet(what, parent=self._hub)
        self.after(seconds, task.switch)
        return task

    def sleep(self, seconds: float) -> None:
        """Waits. Called from within a task."""
        self.after(seconds, self.alarm())
        self.park()

    def alarm(self) -> Callable[[], None]:
        """Returns a function that wakes the current task once, if it still exists."""
        task = getcurrent()
        rung: list[bool] = []

        def ring() -> None:
            if not rung and not task.dead:
                rung.append(True)
                task.switch()

        return ring

    def park(self) -> None:
        self._hub.switch()

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Runs due tasks, in order of time, until none is left or ``until`` returns true."""
        while self._due and not until():
            self._now, _, what = heapq.heappop(self._due)
            what()
