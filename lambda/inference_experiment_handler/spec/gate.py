"""What has to hold before the shadow variant is promoted (``PromoteIf``)."""

from dataclasses import dataclass
from datetime import timedelta

MODEL_ERRORS = "InvocationModelErrors"


@dataclass(frozen=True, kw_only=True)
class _Criterion:
    """``enforce``: whether it decides. Otherwise it is only reported."""

    enforce: bool = True


@dataclass(frozen=True, kw_only=True)
class Traffic(_Criterion):
    """The shadow variant has got at least that many requests."""

    min_invocations: int


@dataclass(frozen=True, kw_only=True)
class Latency(_Criterion):
    """A percentile of ``ModelLatency``: of the shadow variant's in milliseconds, or by production's."""

    statistic: str
    max_ratio: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class ErrorRate(_Criterion):
    """Errors in percent of the requests: the shadow variant's, or what it has more than production, in points."""

    metric_name: str = MODEL_ERRORS
    max_increase: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class Metric(_Criterion):
    """A statistic of any metric of the account and region. ``dimensions``: sorted by their names."""

    namespace: str
    metric_name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class Alarms(_Criterion):
    """Each of these alarms is OK."""

    alarm_names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Running(_Criterion):
    """The test has run for at least that long."""

    at_least: timedelta


Criterion = Traffic | Latency | ErrorRate | Metric | Alarms | Running


@dataclass(frozen=True)
class Gate:
    """All enforced criteria have to hold.

    Attributes:
        window: How far back the metrics are taken into account. ``None``: since the start of the test.
        patience: How long a deployment waits while that is not known.
    """

    criteria: tuple[Criterion, ...]
    window: timedelta | None = None
    patience: timedelta = timedelta()
