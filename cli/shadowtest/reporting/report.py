"""The content of a report about a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inference_experiment_handler.evidence.windows import Window
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.reporting.metrics.values import Value

PRODUCTION, SHADOW = "production", "shadow"


@dataclass(frozen=True)
class Comparison:
    """One measure of both variants.

    ``statistic``: ``total``, ``share`` of the requests, ``average`` or a percentile such as ``p99``.
    """

    metric_name: str
    title: str
    statistic: str
    unit: str
    production: Value
    shadow: Value

    @property
    def ratio(self) -> float | None:
        """The shadow value divided by the production value. ``None`` if it is not defined."""
        shadow, production = self.shadow.number, self.production.number
        return shadow / production if shadow is not None and production else None


@dataclass(frozen=True)
class Chart:
    """A measure over time: the values of each role, by the start of their period."""

    title: str
    unit: str
    asked: Window
    lines: Mapping[str, Mapping[datetime, float]]


@dataclass(frozen=True)
class Variant:
    name: str
    model: str
    instance_type: str
    instance_count: int


@dataclass(frozen=True)
class Report:
    """One test.

    Attributes:
        start, end: The times of the test. There is no end while it runs.
        window: The time that the totals and averages cover.
        percentile_window: The time that the percentiles cover.
        notes: What the reader must know about the whole report.
        gate: ``PromoteIf``, judged as of now; ``None`` if there is none to judge.
    """

    stack: str
    logical_id: str
    experiment: str
    status: str
    status_reason: str
    endpoint: str
    sampling: int
    variants: Mapping[str, Variant]
    start: datetime | None
    end: datetime | None
    window: Window | None = None
    percentile_window: Window | None = None
    comparisons: tuple[Comparison, ...] = ()
    charts: tuple[Chart, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    gate: GateOfTest | None = None
