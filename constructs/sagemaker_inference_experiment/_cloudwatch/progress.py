"""How far a test is, as metric math: the time that is left, and the requests so far."""

from aws_cdk.aws_cloudwatch import MathExpression, Metric, Stats

from sagemaker_inference_experiment._cloudwatch.expressions import labelled
from sagemaker_inference_experiment._cloudwatch.options import ExpressionOptions
from sagemaker_inference_experiment._cloudwatch.variant import ExperimentVariant


def hours_left(shadow: ExperimentVariant, end: str, options: ExpressionOptions) -> MathExpression:
    """The hours until the end of the test; no value without instances of the shadow variant, and after the end.

    ``EPOCH`` has a value for each period, whether the metric has one or not. So a condition on the metric is necessary.
    A shadow variant that stays on the endpoint reports its instances after the test, so one on the end is, too.

    ``end``: in seconds since 1970, as text, which may be a token.
    """
    alive, instances = _instances(shadow, options)
    return labelled(
        f"IF({alive} > 0 AND EPOCH({alive}) < {end}, ({end} - EPOCH({alive})) / 3600)",
        {alive: instances},
        "hours left",
        options,
    )


def requests_during(shadow: ExperimentVariant, of: ExperimentVariant, options: ExpressionOptions) -> MathExpression:
    """The number of requests to a variant so far, in the periods in which the shadow variant has instances."""
    alive, instances = _instances(shadow, options)
    invocations = of.metric_invocations(period=options.get("period"))
    sent = of._id(invocations)
    return labelled(f"RUNNING_SUM(IF({alive} > 0, {sent}))", {alive: instances, sent: invocations}, of.role, options)


def _instances(shadow: ExperimentVariant, options: ExpressionOptions) -> tuple[str, Metric]:
    """The metric that has values while the shadow variant has instances, and its id."""
    metric = shadow.metric_cpu_utilization(statistic=Stats.SAMPLE_COUNT, period=options.get("period"))
    return shadow._id(metric), metric
