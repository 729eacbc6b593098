"""The time at which there will be enough data for a verdict, at the current rate of requests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.evidence.windows import NOT_COMPLETE_YET, Window, answered, rounded
from inference_experiment_handler.spec.text import iso_duration, iso_instant

_MOST = 4096.0
"""The largest multiple of the current data that a forecast covers. Beyond it, a forecast means nothing."""


class Expectation(NamedTuple):
    """A forecast. ``at`` is ``None`` if there will never be enough data at this rate."""

    at: datetime | None
    said: str


def times_as_much(is_enough: Callable[[float], bool]) -> float | None:
    """The multiple of the current data that would be enough. ``None`` if no multiple would be enough."""
    enough = 1.0
    while not is_enough(enough):
        enough *= 2
        if enough > _MOST:
            return None
    few = enough / 2
    for _ in range(20):
        middle = (few + enough) / 2
        few, enough = (few, middle) if is_enough(middle) else (middle, enough)
    return enough


def expected(scope: Scope, measured: Window, times: float | None) -> Expectation:
    """The time at which there will be ``times`` as much data as in the measured window."""
    if times is None or times > _MOST:
        return Expectation(None, "at this rate, there will never be enough data")
    needed = (measured.end - measured.start) * times
    never = never_in(scope, -(-needed // timedelta(seconds=measured.period)) * timedelta(seconds=measured.period))
    if never is not None:
        return never
    at = measured.start + needed + NOT_COMPLETE_YET
    then = replace(scope, now=at).totals
    # A longer window has longer periods, and is cut to whole periods at both ends.
    period = max(measured.period, then.period if then is not None else 0)
    last = rounded(rounded(scope.since, period, up=True) + needed, period, up=True)
    return from_then_on(scope, last + NOT_COMPLETE_YET, "at this rate, there will be enough data at")


def never_in(scope: Scope, needed: timedelta) -> Expectation | None:
    """The expectation if ``needed``, a time of whole periods, does not fit into the gate's ``Window``.

    A ``Window`` of exactly this length does not suffice: it begins and ends within a period, so it has one period less.
    """
    if scope.longest is None or needed < scope.longest:
        return None
    return Expectation(None, f"at this rate, a Window of {iso_duration(scope.longest)} never has enough data")


def no_verdict_before(scope: Scope, periods: int) -> Expectation:
    """The earliest time of a verdict while no period is complete. More is not known, because there is no rate yet."""
    shortest = answered(scope.since, scope.now)[0]
    at = rounded(scope.since, shortest, up=True) + timedelta(seconds=shortest * periods) + NOT_COMPLETE_YET
    return from_then_on(scope, at, "the rate is not known yet, and the earliest verdict is at")


def from_then_on(scope: Scope, at: datetime, words: str) -> Expectation:
    """The expectation for a known time. Its words compare that time with the scheduled end of the test."""
    # The time is a whole minute, because metrics are not more precise.
    at = datetime.fromtimestamp(-(-at.timestamp() // 60) * 60, at.tzinfo)
    if scope.end is None:
        return Expectation(at, f"{words} {iso_instant(at)}")
    when = "before" if at < scope.end else "after"
    return Expectation(
        at, f"{words} {iso_instant(at)}, {when} the scheduled end of the test at {iso_instant(scope.end)}"
    )
