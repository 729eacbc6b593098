"""A dashboard of one shadow test."""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Color, Dashboard, HorizontalAnnotation, IWidget, TextWidget
from constructs import Construct

from inference_experiment_handler.spec.text import iso_instant
from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._cloudwatch.expressions import literal
from sagemaker_inference_experiment._cloudwatch.graphs import COLORS, COLUMNS, Graphs, as_production

_PERCENTILES: Final = {"p50": Color.GREEN, "p90": Color.PURPLE, "p99": Color.RED}
_UTILIZATION: Final = {
    "CPU, 100 % each core": "CPUUtilization",
    "Memory": "MemoryUtilization",
    "Disk": "DiskUtilization",
}
_GPU_UTILIZATION: Final = {"GPU, 100 % each": "GPUUtilization", "GPU memory, 100 % each": "GPUMemoryUtilization"}


class ShadowTestDashboard(Construct):
    """A CloudWatch dashboard that shows both variants of a test side by side.

    Its rows are, from top to bottom: a description of the test; the traffic, and the shadow variant's share of it; the
    model latency; the comparison of the latencies; the error rates; the utilization of the instances. Every graph shows
    the start and the end of the test if the schedule has them as literal times.

    Args:
        scope: The parent construct.
        id: The construct's id in the scope.
        experiment: The test. An import must have the names of its endpoint and of both variants.
        dashboard_name: The dashboard's name, of letters, digits, ``-`` and ``_``; generated if omitted.
        period: The time that each value covers; 5 minutes if omitted.
        gpu: Whether there is a row for GPUs. If omitted, there is one if the test has an instance type with GPUs
            (``ml.g…``, ``ml.p…``). An import has no instance type.

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
        variants = (experiment.production_variant, experiment.shadow_variant)
        self._comparison = experiment.comparison
        start, end = self._known.schedule._known() if self._known.schedule is not None else (None, None)
        self._graphs = Graphs(
            variants=variants,
            period=period,
            start=iso_instant(start) if start is not None else None,
            end=iso_instant(end) if end is not None else None,
        )
        rows: list[list[IWidget]] = [
            [TextWidget(markdown=self._summary(), width=COLUMNS, height=4)],
            self._traffic(),
            self._latency(),
            self._latency_comparison(),
            self._errors(),
            self._instances(_UTILIZATION),
        ]
        if gpu if gpu is not None else any(map(_has_gpus, self._known.instance_types)):
            rows.append(self._instances(_GPU_UTILIZATION))
        self._dashboard = Dashboard(self, "Dashboard", dashboard_name=dashboard_name, widgets=rows)

    @property
    def dashboard(self) -> Dashboard:
        """The CloudWatch dashboard, to which you can add other widgets."""
        return self._dashboard

    def _summary(self) -> str:
        production, shadow = self._graphs.variants
        sampling = self._known.sampling_percentage
        facts = {
            "endpoint": production.endpoint_name,
            "production variant": production.variant_name,
            "shadow variant": shadow.variant_name,
            "sampling": f"{literal(sampling)} %" if sampling is not None else None,
            "start": self._graphs.start or self._experiment._reported_start_time,
            "end": self._graphs.end or self._experiment._reported_end_time,
        }
        known = {name: value for name, value in facts.items() if value is not None}
        return "\n".join(
            [
                f"## Shadow test {self._experiment.experiment_name}",
                _table_row(known),
                _table_row("---" for _ in known),
                _table_row(known.values()),
                "",
                "Error rates are percentages of requests. A ratio of 1 or a difference of 0 means: same as production.",
            ]
        )

    def _traffic(self) -> list[IWidget]:
        sampling = self._known.sampling_percentage
        expected = []
        wanted = []
        if sampling is not None:
            expected.append(self._comparison.expected_invocations(**self._graphs.line(Color.GREY)))
            wanted.append(HorizontalAnnotation(value=sampling, label="sampling percentage", color=Color.GREY))
        share = self._comparison.traffic_share(**self._graphs.line(COLORS["shadow"], "shadow"))
        return [
            self._graphs.of_both_variants("Invocations", "Invocations", beside=expected),
            self._graphs.of("Share of the traffic that reaches the shadow", "Percent", [share], lines=wanted),
            self._graphs.of_both_variants("Invocations per instance", "InvocationsPerInstance"),
        ]

    def _latency(self) -> list[IWidget]:
        return [
            self._graphs.of_both_variants(f"Model latency, {percentile}", "ModelLatency", statistic=percentile)
            for percentile in _PERCENTILES
        ]

    def _latency_comparison(self) -> list[IWidget]:
        ratios = [
            self._comparison.ratio("ModelLatency", statistic=percentile, **self._graphs.line(color, percentile))
            for percentile, color in _PERCENTILES.items()
        ]
        differences = [
            self._comparison.difference("ModelLatency", statistic=percentile, **self._graphs.line(color, percentile))
            for percentile, color in _PERCENTILES.items()
        ]
        return [
            self._graphs.of(
                "Model latency, shadow / production", "Ratio", ratios, lines=[as_production(1)], from_zero=False
            ),
            self._graphs.of(
                "Model latency, shadow - production",
                "Microseconds",
                differences,
                lines=[as_production(0)],
                from_zero=False,
            ),
            self._graphs.of_both_variants("Overhead latency, average", "OverheadLatency"),
        ]

    def _errors(self) -> list[IWidget]:
        titles = {
            "Model errors": "InvocationModelErrors",
            "4XX errors": "Invocation4XXErrors",
            "5XX errors": "Invocation5XXErrors",
        }
        rates = [
            self._graphs.of(
                title,
                "Percent",
                [
                    variant.metric_error_rate(metric_name, **self._graphs.line(COLORS[variant.role], variant.role))
                    for variant in self._graphs.variants
                ],
                width=6,
            )
            for title, metric_name in titles.items()
        ]
        difference = self._comparison.error_rate_difference(
            **self._graphs.line(COLORS["shadow"], "shadow - production")
        )
        return [
            *rates,
            self._graphs.of(
                "Model errors, shadow - production",
                "Percentage points",
                [difference],
                lines=[as_production(0)],
                from_zero=False,
                width=6,
            ),
        ]

    def _instances(self, titles: Mapping[str, str]) -> list[IWidget]:
        return [
            self._graphs.of_both_variants(title, metric_name, width=COLUMNS // len(titles))
            for title, metric_name in titles.items()
        ]


def _table_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _has_gpus(instance_type: str) -> bool:
    return instance_type.startswith(("ml.g", "ml.p"))
