"""A dashboard of one shadow test."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    AlarmStatusWidget,
    Color,
    Dashboard,
    HorizontalAnnotation,
    IAlarm,
    IWidget,
    TextWidget,
)
from constructs import Construct

from inference_experiment_handler.spec.gate import MODEL_ERRORS
from inference_experiment_handler.spec.text import iso_instant
from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._cloudwatch import token_warning
from sagemaker_inference_experiment._cloudwatch.console import address
from sagemaker_inference_experiment._cloudwatch.ends_soon import epoch_of
from sagemaker_inference_experiment._cloudwatch.expressions import literal
from sagemaker_inference_experiment._cloudwatch.gate_lines import GateLines
from sagemaker_inference_experiment._cloudwatch.graphs import COLORS, COLUMNS, Graphs, as_production, in_milliseconds
from sagemaker_inference_experiment._cloudwatch.progress import hours_left, requests_during
from sagemaker_inference_experiment._cloudwatch.watched import KnownVariant
from sagemaker_inference_experiment._environment import deployed_together
from sagemaker_inference_experiment._tokens import is_unresolved

_PERCENTILES: Final = {"p50": Color.GREEN, "p90": Color.PURPLE, "p99": Color.RED}
_LONGEST_TEST: Final = "-P30D"
"""The last 30 days, as a widget has them: no test is longer."""
_KEPT_PERIOD: Final = Duration.minutes(5)
"""A period with values that CloudWatch keeps longer than the longest test. It keeps shorter ones for 15 days."""
_UNKNOWN: Final = "-"
_UTILIZATION: Final = {
    "CPU, 100 % each core": "CPUUtilization",
    "Memory": "MemoryUtilization",
    "Disk": "DiskUtilization",
}
_GPU_UTILIZATION: Final = {"GPU, 100 % each": "GPUUtilization", "GPU memory, 100 % each": "GPUMemoryUtilization"}


class ShadowTestDashboard(Construct):
    """A CloudWatch dashboard that shows both variants of a test side by side.

    Its rows are, from top to bottom: a description of the test with a link to the console, the time that is left and
    the requests so far; the states of alarms; the traffic, and the shadow variant's share of it; the model latency in
    milliseconds; the comparison of the latencies; the error rates; the utilization of the instances. Every graph shows
    the start and the end of the test if the schedule has them as literal times. The limits of a gate (``promote_if``,
    ``only_if``) are lines in the graphs of the same percentile or errors.

    The time that is left is that until the end in the schedule, if it is a literal time. Otherwise, the deployment
    reports the end (attribute ``ScheduledEndEpoch``), unless the test is an import or of another stack. In the same
    way, it reports an instance type that neither the declaration nor an endpoint of the app shows
    (``ProductionInstanceType``, ``ShadowInstanceType``). If such a test was deployed by an earlier version of this
    package, it gets an Update, which changes nothing in SageMaker. The requests so far are those of the last 30 days
    while there was a shadow variant of that name.

    Args:
        scope: The parent construct.
        id: The construct's id in the scope.
        experiment: The test. An import must have the names of its endpoint and of both variants.
        dashboard_name: The dashboard's name, of letters, digits, ``-`` and ``_``; generated if omitted.
        period: The time that each value covers; 5 minutes if omitted.
        alarms: The alarms with states that the dashboard shows, such as those of the test; none if omitted.
        gpu: Whether there is a row for GPUs. If omitted, there is one if the test has an instance type with GPUs
            (``ml.g…``, ``ml.p…``) at synth. An import has no instance type, and one that only the deployment knows
            does not count.

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
        alarms: Sequence[IAlarm] = (),
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
        self._gate_lines = GateLines(self._known.gate)
        rows: list[list[IWidget]] = [
            self._overview(),
            self._traffic(),
            self._latency(),
            self._latency_comparison(),
            self._errors(),
            self._instances(_UTILIZATION),
        ]
        if alarms:
            rows.insert(1, [AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=COLUMNS, height=3)])
        if gpu if gpu is not None else any(map(_has_gpus, self._instance_types())):
            rows.append(self._instances(_GPU_UTILIZATION))
        self._dashboard = Dashboard(self, "Dashboard", dashboard_name=dashboard_name, widgets=rows)
        token_warning.acknowledge(self._dashboard, chain.from_iterable(rows))

    @property
    def dashboard(self) -> Dashboard:
        """The CloudWatch dashboard, to which you can add other widgets."""
        return self._dashboard

    def _overview(self) -> list[IWidget]:
        """The description, and the numbers beside it."""
        production, shadow = self._graphs.variants
        requests = [requests_during(shadow, variant, {"period": _KEPT_PERIOD}) for variant in (production, shadow)]
        end = self._end()
        left = [] if end is None else [hours_left(shadow, end, {"period": self._graphs.period})]
        narrow, height = COLUMNS // 6, 7
        return [
            TextWidget(markdown=self._summary(), width=COLUMNS // 2, height=height),
            *(self._graphs.numbers("Time left", [each], width=narrow, height=height) for each in left),
            self._graphs.numbers(
                "Requests so far",
                requests,
                width=COLUMNS // 2 - narrow * len(left),
                height=height,
                start=_LONGEST_TEST,
            ),
        ]

    def _end(self) -> str | None:
        """When the test will end, in seconds since 1970; ``None`` if it is declared as ended, or that is unknown."""
        if self._known.over:
            return None
        if self._graphs.end is not None:
            return epoch_of(self._graphs.end)[0]
        return self._experiment._report_scheduled_end(self)

    def _summary(self) -> str:
        production, shadow = self._graphs.variants
        sampling = self._known.sampling_percentage
        facts = {
            "endpoint": production.endpoint_name,
            "sampling": f"{literal(sampling)} %" if sampling is not None else None,
            "start": self._graphs.start or self._experiment._reported_start_time,
            "end": self._graphs.end or self._experiment._reported_end_time,
        }
        known = {name: value for name, value in facts.items() if value is not None}
        variants = [
            (variant.role, variant.variant_name, self._shown(each.model_name), self._instance_type(variant.role, each))
            for variant, each in ((production, self._known.production), (shadow, self._known.shadow))
        ]
        name = self._experiment.experiment_name
        return "\n".join(
            [
                f"## Shadow test {name}",
                *_table(known, [list(known.values())]),
                "",
                *_table(["", "variant", "model", "instance type"], variants),
                "",
                f"[Open in the console]({address(self, self._experiment.env.region, name)}). Error rates are "
                "percentages of requests. A ratio of 1 or a difference of 0 means: same as production.",
            ]
        )

    def _instance_type(self, role: str, variant: KnownVariant) -> str:
        """That of the declaration or of the endpoint in the app. Otherwise, only the deployment knows it."""
        return self._shown(variant.instance_type or self._experiment._report_instance_type(self, role))

    def _shown(self, value: str | None) -> str:
        """A value of the test, unless a dashboard of another stack would have to import it.

        CloudFormation does not change a value that another stack imports.
        """
        if value is None or (is_unresolved(value) and not deployed_together(self, self._experiment)):
            return _UNKNOWN
        return value

    def _instance_types(self) -> list[str]:
        types = (self._known.production.instance_type, self._known.shadow.instance_type)
        return [each for each in types if each is not None]

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
            self._graphs.of_both_variants(
                f"Model latency, {percentile}",
                "ModelLatency",
                statistic=percentile,
                lines=self._gate_lines.of_latency(percentile),
            )
            for percentile in _PERCENTILES
        ]

    def _latency_comparison(self) -> list[IWidget]:
        ratios = [
            self._comparison.ratio("ModelLatency", statistic=percentile, **self._graphs.line(color, percentile))
            for percentile, color in _PERCENTILES.items()
        ]
        differences = [
            in_milliseconds(
                self._comparison.difference("ModelLatency", statistic=percentile, period=self._graphs.period),
                f"difference_{percentile}",
                self._graphs.line(color, percentile),
            )
            for percentile, color in _PERCENTILES.items()
        ]
        return [
            self._graphs.of(
                "Model latency, shadow / production",
                "Ratio",
                ratios,
                lines=[as_production(1), *self._gate_lines.of_latency_ratio(_PERCENTILES)],
                from_zero=False,
            ),
            self._graphs.of(
                "Model latency, shadow - production",
                "Milliseconds",
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
                lines=self._gate_lines.of_error_rate(metric_name),
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
                lines=[as_production(0), *self._gate_lines.of_error_rate_difference(MODEL_ERRORS)],
                from_zero=False,
                width=6,
            ),
        ]

    def _instances(self, titles: Mapping[str, str]) -> list[IWidget]:
        return [
            self._graphs.of_both_variants(title, metric_name, width=COLUMNS // len(titles))
            for title, metric_name in titles.items()
        ]


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    header = list(header)
    return [_table_row(each) for each in (header, ["---"] * len(header), *rows)]


def _table_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _has_gpus(instance_type: str) -> bool:
    return instance_type.startswith(("ml.g", "ml.p"))
