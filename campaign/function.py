"""Lambda's side: asynchronous invocations, delivered at least once; retries, crashes, timeouts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

from crhelper import resource_helper
from greenlet import GreenletExit, getcurrent, greenlet

from campaign.chance import Chance
from campaign.scheduler import Scheduler
from simulation.function import Context

RETRIES_AFTER = (60, 120)
"""Seconds. Lambda retries a failed asynchronous invocation twice."""


MAX_EVENT_AGE = timedelta(hours=1)
"""How long Lambda keeps an event that it can't serve yet, as configured for the provider's function."""
THROTTLED_LONGEST = 300
"""Seconds. Lambda retries after one second, and then after twice as long each time, up to this."""

_PROMPT = 2
"""Seconds."""
FURTHER_TAGS = "ListTags, further page"
"""A call of ListTags for the next page of the same list, in the calls of an invocation."""


class SandboxLostError(GreenletExit):
    """The sandbox crashed during an invocation."""


@dataclass
class Run:
    """One invocation.

    Attributes:
        request: The ID of the CloudFormation request, if the event has one.
        generation: How often the request had been handed over before.
        event: What was delivered.
        size: The size of the event in bytes.
        delayed: Whether Lambda delayed the event, or retries it.
        again: Whether the same event had been delivered before.
        calls: The operations that were called.
        refused: How many of the calls were throttled or denied, or got no response that the handler can use.
        handovers: How many invocations of itself were accepted.
        error: What it ended with, if it did not return.
    """

    request: str
    generation: int
    event: Any
    size: int
    again: bool
    delayed: bool
    began: datetime
    seconds: float = 0.0
    calls: list[str] = field(default_factory=list)
    refused: int = 0
    handovers: int = 0
    error: BaseException | None = None


@dataclass(frozen=True)
class _Delivery:
    """An event that Lambda will deliver.

    Attributes:
        since: When it was first due, if the invocation was throttled then.
        throttled: How often it was throttled.
    """

    payload: bytes
    id: str
    attempt: int
    delayed: bool
    since: datetime | None = None
    throttled: int = 0


class Function:
    """The function. Events are queued, and are served sooner or later, once or more often."""

    def __init__(
        self,
        scheduler: Scheduler,
        chance: Chance,
        serve: Callable[[Any, Context], None],
        timeout: timedelta,
    ) -> None:
        self._scheduler, self._chance, self._serve, self.timeout = scheduler, chance, serve, timeout
        self.runs: list[Run] = []
        self.exhausted: set[str] = set()
        """The requests of which Lambda has dropped an invocation after its retries, or has lost an accepted one."""
        self.limit: int | None = None
        """How many invocations may run at once."""
        self.busiest = self.throttled = 0
        """The most that have run at once, and how often an invocation was throttled."""
        self._present: dict[greenlet, Run] = {}
        self._delivered: set[tuple[str, int]] = set()
        self._invocations = 0

    def invoke(self, payload: bytes, *, after: float = 0.0) -> None:
        """Accepts an event, which will be delivered at least once. ``after``: in seconds, at the earliest."""
        times = 2 if self._chance.hits("duplicate") else 1
        for copy in range(times):
            late = self._chance.random.uniform(60, 1800) if self._chance.hits("late") or copy else 0.0
            self._invocations += 1
            seconds = after + self._chance.random.uniform(0.01, 1.0) + late
            self._start(payload, f"invocation-{self._invocations}", 0, seconds)

    def of(self, request: str) -> list[Run]:
        """The invocations that served a request, in order."""
        return [run for run in self.runs if run.request == request]

    def serving(self, request: str) -> int:
        """How many invocations serve a request at the moment."""
        return sum(run.request == request for run in self._present.values())

    def waits(self, request: str, since: datetime) -> list[tuple[datetime, datetime]]:
        """From when until when a request waited for Lambda: to deliver it, a handover, or a retry after a crash."""
        now, until, is_due = self._scheduler.now(), since, True
        found = []
        for run in self.of(request):
            if is_due:
                found.append((until, run.began))
            present = run in self._present.values()
            ended = now if present else run.began + timedelta(seconds=run.seconds)
            until, is_due = max(until, ended), present or bool(run.handovers or run.error)
        if is_due:
            found.append((until, now))
        # Lambda delivers most events within a second.
        return [(begin, end) for begin, end in found if end - begin > timedelta(seconds=_PROMPT)]

    def called(self, operation: str) -> None:
        """Records that the current invocation calls an operation."""
        self._present[getcurrent()].calls.append(operation)

    def refused(self) -> None:
        """Records that a call of the current invocation was refused, or got no response."""
        self._present[getcurrent()].refused += 1

    @property
    def present_event(self) -> Any:
        """The event of the current invocation."""
        return self._present[getcurrent()].event

    def handed_over(self) -> None:
        """Records that the current invocation has invoked another."""
        self._present[getcurrent()].handovers += 1

    def _start(self, payload: bytes, id: str, attempt: int, seconds: float) -> None:
        delivery = _Delivery(payload, id, attempt, delayed=attempt > 0 or seconds > _PROMPT)
        self._scheduler.spawn(lambda: self._attempt(delivery), seconds=seconds)

    def _is_throttled(self, delivery: "_Delivery", request: str) -> bool:
        """Whether an invocation is throttled. If so, it is retried, unless the event is too old."""
        if self.limit is None or len(self._present) < self.limit:
            return False
        now, pause = self._scheduler.now(), min(2.0**delivery.throttled, THROTTLED_LONGEST)
        since = delivery.since or now
        self.throttled += 1
        if now + timedelta(seconds=pause) - since > MAX_EVENT_AGE:
            self.exhausted.add(request)
            return True
        again = replace(delivery, delayed=True, since=since, throttled=delivery.throttled + 1)
        self._scheduler.spawn(lambda: self._attempt(again), seconds=pause)
        return True

    def _attempt(self, delivery: "_Delivery") -> None:
        payload, id, attempt, delayed = delivery.payload, delivery.id, delivery.attempt, delivery.delayed
        event, task, now = json.loads(payload), getcurrent(), self._scheduler.now
        request = str(event.get("RequestId"))[:100] if isinstance(event, dict) else ""
        if self._is_throttled(delivery, request):
            return
        generation = event["CrHelperData"]["Progress"]["hops"] if request and "CrHelperData" in event else 0
        again = (request, generation) in self._delivered
        # The event as delivered, even if the handler changes it.
        delivered = json.loads(payload)
        run = Run(request, generation, delivered, len(payload), again, delayed, now())
        self._delivered.add((request, generation))
        self.runs.append(run)
        self._present[task] = run
        self.busiest = max(self.busiest, len(self._present))

        def time_out() -> None:
            if not task.dead:
                task.throw(SandboxLostError)

        self._scheduler.after(self.timeout.total_seconds(), time_out)
        try:
            self._serve(event, Context(self._scheduler, self.timeout, id))
        except (Exception, SandboxLostError) as error:
            run.error = error
            if attempt < len(RETRIES_AFTER):
                self._start(payload, id, attempt + 1, RETRIES_AFTER[attempt])
            else:
                self.exhausted.add(request)
        finally:
            run.seconds = (now() - run.began).total_seconds()
            del self._present[task]

    def perhaps_crash(self) -> None:
        if self._chance.hits("crash"):
            raise SandboxLostError


class Timer:
    """``threading.Timer`` on the simulated clock: the last resort of crhelper before a timeout."""

    scheduler: Scheduler

    def __init__(self, seconds: float, what: Callable[[], None]) -> None:
        self._seconds, self._what = seconds, what
        self._cancelled = False

    def start(self) -> None:
        self.scheduler.spawn(self._ring, seconds=max(0.0, self._seconds))

    def cancel(self) -> None:
        self._cancelled = True

    def _ring(self) -> None:
        if not self._cancelled:
            self._what()


@contextmanager
def simulated_timers(scheduler: Scheduler) -> Iterator[None]:
    """Makes crhelper's timer use the simulated time."""
    Timer.scheduler = scheduler
    with mock.patch.object(resource_helper, "threading", SimpleNamespace(Timer=Timer)):
        yield
