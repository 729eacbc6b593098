"""Traffic to the endpoints, and the metrics that SageMaker publishes for it every minute.

Which variant gets which share of the requests follows from what each endpoint serves. The responses of a model are
configured. The same settings, seed and instants produce the same metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from math import exp, floor, isfinite
from random import Random
from statistics import NormalDist
from typing import Any, NamedTuple

REQUESTS = "AWS/SageMaker"
INSTANCES = "/aws/sagemaker/Endpoints"

_MINUTE = 60
_STEPS = ((timedelta(hours=12), 60), (timedelta(days=3), 300), (timedelta.max, 3600))
"""If a long time passes at once, the metrics have longer steps, because a week of minutes would be a million values."""
_STRATA = 20
"""The number of latencies in a step. Each represents the same number of requests."""


@dataclass(frozen=True, kw_only=True)
class Performance:
    """The performance of a model. Latencies are log-normal. Errors are shares of the requests, from 0 to 1."""

    latency_ms: float = 40.0
    """The median."""
    latency_spread: float = 0.35
    """The standard deviation of the logarithm."""
    overhead_ms: float = 5.0
    errors_4xx: float = 0.0
    errors_5xx: float = 0.0
    cpu: float = 35.0
    memory: float = 50.0
    gpu: float | None = None
    """``None``: instances without a GPU."""

    def __post_init__(self) -> None:
        wrong = [each.name for each in fields(self) if not _is_amount(getattr(self, each.name) or 0)]
        wrong += [name for name in ("errors_4xx", "errors_5xx") if getattr(self, name) > 1]
        if wrong:
            raise ValueError(f"out of range: {', '.join(wrong)}")


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Requests to each endpoint. ``performances``: by the name of a variant or of a model. That of a variant has
    precedence.
    """

    requests_per_minute: float = 0.0
    seed: int = 0
    performances: Mapping[str, Performance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _is_amount(self.requests_per_minute):
            raise ValueError("out of range: requests_per_minute")

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> Traffic:
        """From JSON."""
        performances = {name: Performance(**each) for name, each in asked.get("performances", {}).items()}
        return cls(**{**asked, "performances": performances})

    def performance(self, variant: Served) -> Performance:
        return self.performances.get(variant.name) or self.performances.get(variant.model) or Performance()


class Served(NamedTuple):
    """A variant that an endpoint serves. ``share``: of the endpoint's requests, from 0 to 1."""

    endpoint: str
    name: str
    model: str
    share: float


class Datum(NamedTuple):
    """Values of one metric at one instant, each with its count."""

    namespace: str
    metric_name: str
    variant: Served
    instant: datetime
    unit: str
    values: list[float]
    counts: list[int]


def _is_amount(number: float) -> bool:
    return isfinite(number) and number >= 0


def steps(since: datetime, until: datetime) -> Iterator[tuple[datetime, int]]:
    """The complete steps until then: the beginning and the seconds of each."""
    longest = next(step for span, step in _STEPS if until - since <= span)
    at, end = int(since.timestamp()), until.timestamp()
    while at + _MINUTE <= end:
        step = max(step for _, step in _STEPS if step <= longest and at % step == 0 and at + step <= end)
        yield datetime.fromtimestamp(at, UTC), step
        at += step


def published(traffic: Traffic, variant: Served, instant: datetime, seconds: int) -> Iterator[Datum]:
    """The metrics of a variant for one step. Without requests, there are only the metrics of its instances."""
    performance = traffic.performance(variant)
    dice = Random(f"{traffic.seed} {variant.endpoint} {variant.name} {instant.timestamp()}")  # noqa: S311

    def datum(namespace: str, name: str, unit: str, values: list[float], counts: list[int]) -> Datum:
        return Datum(namespace, name, variant, instant, unit, values, counts)

    requests = _requests(traffic.requests_per_minute * variant.share, instant, seconds)
    if requests:
        yield datum(REQUESTS, "Invocations", "None", [1.0], [requests])
        for name, median in (("ModelLatency", performance.latency_ms), ("OverheadLatency", performance.overhead_ms)):
            yield datum(REQUESTS, name, "Microseconds", *_latencies(median, performance, requests, dice))
        refused = _some(performance.errors_4xx, requests, dice)
        failed = min(_some(performance.errors_5xx, requests, dice), requests - refused)
        counted = {
            "Invocation4XXErrors": refused,
            "Invocation5XXErrors": failed,
            "InvocationModelErrors": refused + failed,
        }
        for name, errors in counted.items():
            yield datum(REQUESTS, name, "None", [0.0, 1.0], [requests - errors, errors])
    used = {
        "CPUUtilization": performance.cpu,
        "MemoryUtilization": performance.memory,
        "DiskUtilization": 20.0,
        "GPUUtilization": performance.gpu,
        "GPUMemoryUtilization": performance.gpu,
    }
    for name, percent in used.items():
        if percent is not None:
            value = max(0.0, dice.gauss(percent, percent / 20))
            yield datum(INSTANCES, name, "Percent", [value], [seconds // _MINUTE])


def _requests(per_minute: float, instant: datetime, seconds: int) -> int:
    """A whole number of requests. The numbers of all steps add up to the rate."""
    start = instant.timestamp() / _MINUTE
    return floor(per_minute * (start + seconds / _MINUTE)) - floor(per_minute * start)


def _latencies(median: float, performance: Performance, requests: int, dice: Random) -> tuple[list[float], list[int]]:
    """In microseconds, one from each of as many equal parts of the distribution."""
    parts = min(_STRATA, requests)
    normal = NormalDist()
    places = [(part + dice.uniform(0.001, 0.999)) / parts for part in range(parts)]
    values = [1000 * median * exp(performance.latency_spread * normal.inv_cdf(place)) for place in places]
    return values, [requests * (part + 1) // parts - requests * part // parts for part in range(parts)]


def _some(share: float, requests: int, dice: Random) -> int:
    """That share of the requests. A fraction is rounded at random."""
    expected = share * requests
    return floor(expected) + (dice.random() < expected % 1)
