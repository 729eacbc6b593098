"""The options of metrics, expressions and alarms, under CDK's names."""

from typing import TypedDict

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import ComparisonOperator, TreatMissingData, Unit


class MetricOptions(TypedDict, total=False):
    """The options of a metric: CDK's ``MetricOptions``. They take precedence over the method's own choice."""

    account: str
    """The account of the metric; the experiment's if omitted."""
    color: str
    """The color of the line in a graph, such as ``#1f77b4``; CloudWatch chooses if omitted."""
    dimensions_map: dict[str, str]
    """The dimensions; the endpoint's name and the variant's name if omitted."""
    id: str
    """The metric's id in the metric math of its graph; if omitted, CDK generates one when it is needed."""
    label: str
    """The label in the legend of a graph; CloudWatch chooses if omitted."""
    period: Duration | None
    """The time that each value covers; 5 minutes if omitted."""
    region: str
    """The region of the metric; the experiment's if omitted."""
    stack_account: str
    """The account that a graph or alarm does not have to name; the experiment's if omitted."""
    stack_region: str
    """The region that a graph or alarm does not have to name; the experiment's if omitted."""
    statistic: str
    """How CloudWatch aggregates the values of a period, such as ``p99``; the metric's usual statistic if omitted."""
    unit: Unit
    """Selects the values that are published in this unit; all values if omitted, which is nearly always best."""
    visible: bool
    """Whether a graph shows it; True if omitted."""


class ExpressionOptions(TypedDict, total=False):
    """The options of a calculated metric: CDK's ``MathExpressionOptions``, without those of searches."""

    color: str
    """The color of the line in a graph, such as ``#1f77b4``; CloudWatch chooses if omitted."""
    label: str
    """The label in the legend of a graph; a description of the expression if omitted."""
    period: Duration | None
    """The time that each value covers; 5 minutes if omitted."""


class AlarmOptions(TypedDict, total=False):
    """The options of an alarm: CDK's ``CreateAlarmOptions``. They take precedence over the method's own choice."""

    actions_enabled: bool
    """Whether CloudWatch performs the alarm's actions; True if omitted."""
    alarm_description: str
    """The description; a sentence about the problem if omitted."""
    alarm_name: str
    """The alarm's name; generated if omitted."""
    comparison_operator: ComparisonOperator
    """How values are compared with the threshold; if omitted, above it is breaching, or below it for low values."""
    datapoints_to_alarm: int
    """How many values must be breaching; if omitted, 2, or all of them if ``evaluation_periods`` is given."""
    evaluate_low_sample_count_percentile: str
    """``ignore`` omits percentiles of few values, ``evaluate`` (the default) includes them. Not for metric math."""
    evaluation_periods: int
    """How many values CloudWatch evaluates; 3 if omitted."""
    treat_missing_data: TreatMissingData
    """How missing data is treated; as not breaching (``NOT_BREACHING``) if omitted."""
