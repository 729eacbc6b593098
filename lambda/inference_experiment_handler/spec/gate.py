"""The gate: the criteria that must hold before the shadow variant is promoted (``PromoteIf``)."""

from dataclasses import dataclass
from datetime import timedelta

MODEL_ERRORS = "InvocationModelErrors"


@dataclass(frozen=True, kw_only=True)
class _Criterion:
    """``enforce`` is false if the criterion is only reported and decides nothing."""

    enforce: bool = True


@dataclass(frozen=True, kw_only=True)
class Traffic(_Criterion):
    """The shadow variant has received at least ``min_invocations`` requests."""

    min_invocations: int


@dataclass(frozen=True, kw_only=True)
class Latency(_Criterion):
    """A percentile of the shadow variant's ``ModelLatency``.

    ``max`` limits it in milliseconds. ``max_ratio`` limits its ratio to the percentile of production.
    """

    statistic: str
    max_ratio: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class ErrorRate(_Criterion):
    """The errors of the shadow variant, in percent of its requests.

    ``max`` limits this rate. ``max_increase`` limits how far it is above the rate of production, in percentage points.
    """

    metric_name: str = MODEL_ERRORS
    max_increase: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class Metric(_Criterion):
    """A statistic of any metric of the account and region. ``dimensions`` are sorted by their names."""

    namespace: str
    metric_name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class Alarms(_Criterion):
    """All of these alarms are OK."""

    alarm_names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Running(_Criterion):
    """The test has run for at least ``at_least``."""

    at_least: timedelta


Criterion = Traffic | Latency | ErrorRate | Metric | Alarms | Running


@dataclass(frozen=True)
class Gate:
    """All enforced criteria must hold.

    Attributes:
        window: The longest time for which metrics are used. ``None``: all metrics since the start of the test.
        patience: The longest time that a deployment waits while the verdict is inconclusive.
    """

    criteria: tuple[Criterion, ...]
    window: timedelta | None = None
    patience: timedelta = timedelta()
