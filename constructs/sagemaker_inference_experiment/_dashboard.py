"""A dashboard of one shadow test."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Color,
    Dashboard,
    GraphWidget,
    HorizontalAnnotation,
    IMetric,
    IWidget,
    TextWidget,
    Unit,
    VerticalAnnotation,
    VerticalShading,
    YAxisProps,
)
from constructs import Construct

from inference_experiment_handler.spec.text import iso_instant
from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._comparison import literal
from sagemaker_inference_experiment._variant_metrics import KNOWN, ExpressionOptions

_COLUMNS: Final = 24
_COLORS: Final = {"production": Color.BLUE, "shadow": Color.ORANGE}
_PERCENTILES: Final = {"p50": Color.GREEN, "p90": Color.PURPLE, "p99": Color.RED}


class ShadowTestDashboard(Construct):
    """A CloudWatch dashboard that shows the shadow variant beside the production variant.

    From top to bottom: what is tested; the traffic, and whether the shadow gets its share; how long the models take;
    how the two compare; the error rates; the instances. The test's start and end are drawn into every graph where its
    schedule gives them as literal times.

    Args:
        scope: The construct to put it into.
        id: Its id there.
        experiment: The test. An import has to know the names of its endpoint and of both variants.
        dashboard_name: The dashboard's name, of letters, digits, ``-`` and ``_``; generated if omitted.
        period: How much time each value covers; 5 minutes if omitted.
        gpu: Whether there is a row for GPUs. If omitted there is one where the test has an instance type with GPUs
            (``ml.g…``, ``ml.p…``), which an import doesn't know.

    Raises:
        ValueError: If the experiment is an import that lacks a name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        experiment: IInferenceExperiment,
        dashboard_name: str | None = None,
        period: Duration | None = None,
        gpu: bool | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._experiment = experiment
        self._known = experiment._watched
        self._variants = (experiment.production_variant, experiment.shadow_variant)
        self._comparison = experiment.comparison
        self._period = period
        start, end = self._known.schedule._known() if self._known.schedule is not None else (None, None)
        self._start = iso_instant(start) if start is not None else None
        self._end = iso_instant(end) if end is not None else None
        rows: list[list[IWidget]] = [
            [TextWidget(markdown=self._summary(), width=_COLUMNS, height=4)],
            self._traffic(),
            self._latency(),
            self._compared(),
            self._errors(),
            self._instances(
                {"CPU, 100 % each core": "CPUUtilization", "Memory": "MemoryUtilization", "Disk": "DiskUtilization"}
            ),
        ]
        if gpu if gpu is not None else any(map(_has_gpus, self._known.instance_types)):
            rows.append(
                self._instances({"GPU, 100 % each": "GPUUtilization", "GPU memory, 100 % each": "GPUMemoryUtilization"})
            )
        self._dashboard = Dashboard(self, "Dashboard", dashboard_name=dashboard_name, widgets=rows)

    @property
    def dashboard(self) -> Dashboard:
        """The dashboard itself, for widgets of your own."""
        return self._dashboard

    def _summary(self) -> str:
        production, shadow = self._variants
        sampling = self._known.sampling_percentage
        facts = {
            "endpoint": production.endpoint_name,
            "production variant": production.variant_name,
            "shadow variant": shadow.variant_name,
            "sampling": f"{literal(sampling)} %" if sampling is not None else None,
            "start": self._start or self._known.start_time,
            "end": self._end or self._known.end_time,
        }
        told = {name: value for name, value in facts.items() if value is not None}
        return "\n".join(
            [
                f"## Shadow test {self._experiment.experiment_name}",
                _table_row(told),
                _table_row("---" for _ in told),
                _table_row(told.values()),
                "",
                "Errors are of 100 requests. Where the two are compared, ratio 1 and difference 0 are as production.",
            ]
        )

    def _traffic(self) -> list[IWidget]:
        sampling = self._known.sampling_percentage
        expected = []
        wanted = []
        if sampling is not None:
            expected.append(self._comparison.expected_invocations(**self._shown(Color.GREY)))
            wanted.append(HorizontalAnnotation(value=sampling, label="sampling percentage", color=Color.GREY))
        share = self._comparison.traffic_share(**self._shown(_COLORS["shadow"], "shadow"))
        return [
            self._side_by_side("Invocations", "Invocations", beside=expected),
            self._graph("Share of the traffic that reaches the shadow", "Percent", [share], lines=wanted),
            self._side_by_side("Invocations per instance", "InvocationsPerInstance"),
        ]

    def _latency(self) -> list[IWidget]:
        return [
            self._side_by_side(f"Model latency, {percentile}", "ModelLatency", statistic=percentile)
            for percentile in _PERCENTILES
        ]

    def _compared(self) -> list[IWidget]:
        ratios = [
            self._comparison.ratio("ModelLatency", statistic=percentile, **self._shown(color, percentile))
            for percentile, color in _PERCENTILES.items()
        ]
        differences = [
            self._comparison.difference("ModelLatency", statistic=percentile, **self._shown(color, percentile))
            for percentile, color in _PERCENTILES.items()
        ]
        return [
            self._graph("Model latency, shadow / production", "Ratio", ratios, lines=[_same(1)], from_zero=False),
            self._graph(
                "Model latency, shadow - production", "Microseconds", differences, lines=[_same(0)], from_zero=False
            ),
            self._side_by_side("Overhead latency, average", "OverheadLatency"),
        ]

    def _errors(self) -> list[IWidget]:
        shown = {
            "Model errors": "InvocationModelErrors",
            "4XX errors": "Invocation4XXErrors",
            "5XX errors": "Invocation5XXErrors",
        }
        rates = [
            self._graph(
                title,
                "Percent",
                [
                    variant.metric_error_rate(metric_name, **self._shown(_COLORS[variant.role], variant.role))
                    for variant in self._variants
                ],
                width=6,
            )
            for title, metric_name in shown.items()
        ]
        difference = self._comparison.error_rate_difference(**self._shown(_COLORS["shadow"], "shadow - production"))
        return [
            *rates,
            self._graph(
                "Model errors, shadow - production",
                "Percentage points",
                [difference],
                lines=[_same(0)],
                from_zero=False,
                width=6,
            ),
        ]

    def _instances(self, shown: Mapping[str, str]) -> list[IWidget]:
        return [
            self._side_by_side(title, metric_name, width=_COLUMNS // len(shown)) for title, metric_name in shown.items()
        ]

    def _side_by_side(
        self,
        title: str,
        metric_name: str,
        *,
        statistic: str | None = None,
        beside: Sequence[IMetric] = (),
        width: int = _COLUMNS // 3,
    ) -> IWidget:
        known = KNOWN[metric_name]
        metrics = [
            variant.metric(
                metric_name,
                statistic=statistic if statistic is not None else known.statistic,
                period=self._period,
                label=variant.role,
                color=_COLORS[variant.role],
            )
            for variant in self._variants
        ]
        unit = "Count" if known.unit is Unit.NONE else known.unit.value.capitalize()
        return self._graph(title, unit, [*metrics, *beside], width=width)

    def _shown(self, color: str, label: str | None = None) -> ExpressionOptions:
        options: ExpressionOptions = {"period": self._period, "color": color}
        if label is not None:
            options["label"] = label
        return options

    def _graph(
        self,
        title: str,
        unit: str,
        metrics: Sequence[IMetric],
        *,
        lines: Sequence[HorizontalAnnotation] = (),
        from_zero: bool = True,
        width: int = _COLUMNS // 3,
    ) -> IWidget:
        vertical = [
            VerticalAnnotation(date=date, label=label, fill=fill, color=Color.GREY)
            for date, label, fill in (
                (self._start, "start", VerticalShading.BEFORE),
                (self._end, "end", VerticalShading.AFTER),
            )
            if date is not None
        ]
        return GraphWidget(
            title=title,
            left=list(metrics),
            left_y_axis=YAxisProps(label=unit, show_units=False, min=0 if from_zero else None),
            left_annotations=list(lines),
            vertical_annotations=vertical,
            period=self._period,
            width=width,
            height=6,
        )


def _same(value: float) -> HorizontalAnnotation:
    return HorizontalAnnotation(value=value, label="as production", color=Color.GREY)


def _table_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _has_gpus(instance_type: str) -> bool:
    return instance_type.startswith(("ml.g", "ml.p"))
