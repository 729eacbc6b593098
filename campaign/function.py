"""Lambda's side: asynchronous invocations, at least once; retries, crashes, time-outs."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

from crhelper import resource_helper
from greenlet import GreenletExit, getcurrent

from campaign.chance import Chance
from campaign.scheduler import Scheduler

ARN = "arn:aws:lambda:us-east-1:123456789012:function:provider"
RETRIES_AFTER = (60, 120)
"""Seconds: Lambda runs an asynchronous invocation that failed two more times."""


class SandboxLostError(GreenletExit):
    """The sandbox is gone, in the middle of whatever it did."""


class Context:
    """Lambda's context object, on the simulated clock."""

    invoked_function_arn = ARN

    def __init__(self, scheduler: Scheduler, timeout: timedelta, request_id: str) -> None:
        self._scheduler = scheduler
        self.aws_request_id = request_id
        self.began = scheduler.now()
        self.deadline = self.began + timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - self._scheduler.now()) / timedelta(milliseconds=1)))


class Function:
    """The function: events go in, and are served sooner or later, once or more often."""

    def __init__(
        self,
        scheduler: Scheduler,
        chance: Chance,
        serve: Callable[[dict[str, Any], Context], None],
        timeout: timedelta,
    ) -> None:
        self._scheduler, self._chance, self._serve, self._timeout = scheduler, chance, serve, timeout
        self.invocations = 0
        self.hops = 0
        self.billed = 0.0
        self.began: dict[str, datetime] = {}
        """When the last invocation for each request began, by its id."""
        self.extra: dict[str, int] = {}
        """How often each request was delivered once more than needed, by its id."""
        self.exhausted: set[str] = set()
        """The requests of which Lambda has given an invocation up."""
        self._delivered: set[tuple[str, int]] = set()

    def invoke(self, payload: bytes) -> None:
        """Takes an event: it will be delivered at least once."""
        times = 2 if self._chance.hits("duplicate") else 1
        for copy in range(times):
            late = self._chance.random.uniform(60, 600) if self._chance.hits("late") or copy else 0.0
            self._start(payload, copy, 0, self._chance.random.uniform(0.01, 1.0) + late)

    def _start(self, payload: bytes, copy: int, attempt: int, seconds: float) -> None:
        self._scheduler.spawn(lambda: self._attempt(payload, copy, attempt), seconds=seconds)

    def _attempt(self, payload: bytes, copy: int, attempt: int) -> None:
        self.invocations += 1
        event = json.loads(payload)
        self.hops += "CrHelperData" in event
        self.began[event["RequestId"]] = self._scheduler.now()
        hops = event.get("CrHelperData", {}).get("Progress", {}).get("hops", 0)
        if (event["RequestId"], hops) in self._delivered:
            self.extra[event["RequestId"]] = self.extra.get(event["RequestId"], 0) + 1
        self._delivered.add((event["RequestId"], hops))
        context = Context(self._scheduler, self._timeout, f"invocation-{self.invocations}")
        task = getcurrent()

        def time_out() -> None:
            if not task.dead:
                task.throw(SandboxLostError)

        self._scheduler.after(self._timeout.total_seconds(), time_out)
        try:
            self._serve(event, context)
        except (Exception, SandboxLostError):
            if attempt < len(RETRIES_AFTER):
                self._start(payload, copy, attempt + 1, RETRIES_AFTER[attempt])
            else:
                self.exhausted.add(event["RequestId"])
        finally:
            self.billed += (self._scheduler.now() - context.began).total_seconds()

    def perhaps_crash(self) -> None:
        if self._chance.hits("crash"):
            raise SandboxLostError


class Timer:
    """``threading.Timer`` on the simulated clock: crhelper's last resort before a time-out."""

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
    """crhelper's timer counts the simulated time."""
    Timer.scheduler = scheduler
    with mock.patch.object(resource_helper, "threading", SimpleNamespace(Timer=Timer)):
        yield
