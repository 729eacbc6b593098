"""The graphs of a dashboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Color,
    GraphWidget,
    HorizontalAnnotation,
    IMetric,
    IWidget,
    MathExpression,
    SingleValueWidget,
    Unit,
    VerticalAnnotation,
    VerticalShading,
    YAxisProps,
)

from sagemaker_inference_experiment._cloudwatch.known_metrics import KNOWN
from sagemaker_inference_experiment._cloudwatch.options import ExpressionOptions
from sagemaker_inference_experiment._cloudwatch.variant import ExperimentVariant

COLUMNS: Final = 24
"""The width of a dashboard."""
_AXES: Final = {Unit.NONE: "Count", Unit.MICROSECONDS: "Milliseconds"}
"""How the axes of these units are labelled."""
COLORS: Final = {"production": Color.BLUE, "shadow": Color.ORANGE}


@dataclass(frozen=True, kw_only=True)
class Graphs:
    """Creates graphs of a test. All have the same period, and show the start and the end of the test.

    Args:
        variants: The production and the shadow variant.
        period: The time that each value covers; 5 minutes if ``None``.
        start: When the test starts, in ISO 8601; ``None`` if that is unknown.
        end: When the test ends, in ISO 8601; ``None`` if that is unknown.
    """

    variants: tuple[ExperimentVariant, ExperimentVariant]
    period: Duration | None
    start: str | None
    end: str | None

    def line(self, color: str, label: str | None = None) -> ExpressionOptions:
        """The options of an expression that a graph shows."""
        options: ExpressionOptions = {"period": self.period, "color": color}
        if label is not None:
            options["label"] = label
        return options

    def of_both_variants(
        self,
        title: str,
        metric_name: str,
        *,
        statistic: str | None = None,
        beside: Sequence[IMetric] = (),
        lines: Sequence[HorizontalAnnotation] = (),
        width: int = COLUMNS // 3,
    ) -> IWidget:
        """A graph of one metric of both variants. Latencies are in milliseconds."""
        known = KNOWN[metric_name]
        if statistic is None:
            statistic = known.statistic
        metrics = [self._of_variant(variant, metric_name, statistic, known.unit) for variant in self.variants]
        unit = _AXES.get(known.unit, known.unit.value.capitalize())
        return self.of(title, unit, [*metrics, *beside], lines=lines, width=width)

    def _of_variant(self, variant: ExperimentVariant, metric_name: str, statistic: str, unit: Unit) -> IMetric:
        shown = self.line(COLORS[variant.role], variant.role)
        metric = variant.metric(metric_name, statistic=statistic, **shown)
        return in_milliseconds(metric, variant._id(metric), shown) if unit is Unit.MICROSECONDS else metric

    def of(
        self,
        title: str,
        unit: str,
        metrics: Sequence[IMetric],
        *,
        lines: Sequence[HorizontalAnnotation] = (),
        from_zero: bool = True,
        width: int = COLUMNS // 3,
    ) -> IWidget:
        """A graph of these metrics."""
        return GraphWidget(
            title=title,
            left=list(metrics),
            left_y_axis=YAxisProps(label=unit, show_units=False, min=0 if from_zero else None),
            left_annotations=list(lines),
            vertical_annotations=self._start_and_end(),
            period=self.period,
            width=width,
            height=6,
        )

    def numbers(
        self, title: str, metrics: Sequence[IMetric], *, width: int, height: int, start: str | None = None
    ) -> IWidget:
        """The latest values. ``start``: of the time in which they are looked for; the dashboard's if ``None``."""
        return SingleValueWidget(title=title, metrics=list(metrics), width=width, height=height, start=start)

    def _start_and_end(self) -> list[VerticalAnnotation]:
        return [
            VerticalAnnotation(date=date, label=label, fill=fill, color=Color.GREY)
            for date, label, fill in (
                (self.start, "start", VerticalShading.BEFORE),
                (self.end, "end", VerticalShading.AFTER),
            )
            if date is not None
        ]


def in_milliseconds(microseconds: IMetric, id: str, options: ExpressionOptions) -> MathExpression:
    """CloudWatch has latencies in microseconds. ``id``: of the metric in the graph."""
    return MathExpression(expression=f"{id} / 1000", using_metrics={id: microseconds}, **options)


def as_production(value: float) -> HorizontalAnnotation:
    """The line at which the shadow variant is equal to the production variant."""
    return HorizontalAnnotation(value=value, label="same as production", color=Color.GREY)
