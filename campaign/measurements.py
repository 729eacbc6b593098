"""What SageMaker has published about the shadow variant of one endpoint, and what follows from it for a gate.

This is computed without the handler's statistics. The traffic is so extreme that simple sums are enough. Between what
must hold and what can't hold is a margin, in which the handler may decide either way.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from local.sagemaker.traffic import Datum
from simulation.declarations import SHADOW

REQUESTS, ERRORS, FAILURES, LATENCY = (
    "Invocations",
    "InvocationModelErrors",
    "Invocation5XXErrors",
    "ModelLatency",
)
MADE_OF = {
    "Traffic": (REQUESTS,),
    "ErrorRate": (REQUESTS, ERRORS),
    "Metric": (FAILURES,),
    "Latency": (LATENCY,),
}
"""The metrics of each type of criterion."""
FEWEST, HIGHEST_RATE, MOST_FAILURES, LONGEST_MS = 3000, 10, 100, 200
"""The limits that the campaign declares. The rate is in percent."""
ALARM = "gate-alarm"
_INCOMPLETE = timedelta(minutes=3)
_MANY = 1000
"""Requests, whose error rate is known well enough."""
_LONG = timedelta(minutes=20)
"""For a percentile that is judged period by period."""
_MINUTE = timedelta(minutes=1)
_BUSY = 100
"""Requests per minute, of which a p90 can be judged."""


class Truth(NamedTuple):
    """``may``: the gate may hold. ``must``: it must hold."""

    may: bool
    must: bool

    @classmethod
    def all(cls, each: Iterable["Truth"]) -> "Truth":
        every = list(each)
        return cls(all(one.may for one in every), all(one.must for one in every))


NOT_KNOWN = Truth(may=False, must=False)


@dataclass(frozen=True)
class Sums:
    """The values of one metric in a part of the time: how many there are, and how many are bad."""

    minutes: int = 0
    count: float = 0
    bad: float = 0
    fewest: float = 0
    """In one minute."""


class Measurements:
    """The data points of the shadow variant, by their metric and minute."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._points: dict[str, dict[datetime, tuple[float, float]]] = defaultdict(dict)

    def note(self, datum: Datum) -> None:
        if (datum.variant.endpoint, datum.variant.name) != (self._endpoint, SHADOW):
            return
        worst = 1000 * LONGEST_MS if datum.metric_name == LATENCY else 0
        bad = sum(count for value, count in zip(datum.values, datum.counts, strict=True) if value > worst)
        self._points[datum.metric_name][datum.instant] = float(sum(datum.counts)), float(bad)

    def truth(
        self, criterion: dict[str, Any], window: timedelta | None, created: datetime, now: datetime, late: timedelta
    ) -> Truth:
        """What the data points that can be read now say of a criterion about metrics."""
        # The window is cut to whole periods, which are longer if the window is long.
        cut = timedelta(minutes=2 if window is not None else 20)
        start = created if window is None else max(created, now - _INCOMPLETE - window)
        readable = now - late
        inner = start + cut, min(now - _INCOMPLETE - cut, readable)
        outer = start - cut, readable

        def certain(name: str) -> Sums:
            return self._sums(name, *inner)

        def possible(name: str) -> Sums:
            return self._sums(name, *outer)

        match criterion["Type"]:
            case "Traffic":
                return Truth(possible(REQUESTS).count >= FEWEST, certain(REQUESTS).count >= FEWEST)
            case "Metric":
                most, least = possible(FAILURES), certain(FAILURES)
                return Truth(
                    most.minutes > 0 and least.bad <= MOST_FAILURES, least.minutes > 0 and most.bad <= MOST_FAILURES
                )
            case "ErrorRate":
                limit, requests = HIGHEST_RATE / 100, possible(REQUESTS).count
                return Truth(
                    requests > 0 and certain(ERRORS).bad <= limit * requests,
                    certain(REQUESTS).count >= _MANY and possible(ERRORS).bad <= limit / 2 * certain(REQUESTS).count,
                )
            case _:
                slow, steady = possible(LATENCY), certain(LATENCY)
                whole = steady.minutes >= max(_LONG, inner[1] - inner[0]) // _MINUTE - 1
                return Truth(
                    slow.count >= _BUSY and steady.bad <= 0.6 * slow.count,
                    whole and steady.fewest >= _BUSY and slow.bad == 0,
                )

    def _sums(self, name: str, start: datetime, end: datetime) -> Sums:
        found = [point for instant, point in self._points[name].items() if start <= instant <= end]
        return Sums(
            len(found),
            sum(count for count, _ in found),
            sum(bad for _, bad in found),
            min((count for count, _ in found), default=0),
        )
