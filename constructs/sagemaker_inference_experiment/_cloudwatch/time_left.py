"""How long a test still runs, as metric math. CloudWatch has no such metric, and metric math has no dates."""

from aws_cdk.aws_cloudwatch import MathExpression, Stats

from sagemaker_inference_experiment._cloudwatch.expressions import labelled
from sagemaker_inference_experiment._cloudwatch.options import ExpressionOptions
from sagemaker_inference_experiment._cloudwatch.variant import ExperimentVariant


def hours_left(shadow: ExperimentVariant, end: str, options: ExpressionOptions) -> MathExpression:
    """The hours until the end of the test; no value without instances of the shadow variant, and after the end.

    ``EPOCH`` has a value for each period, whether the metric has one or not. So a condition on the metric is necessary.
    A shadow variant that stays on the endpoint reports its instances after the test, so one on the end is, too.

    ``end``: in seconds since 1970, as text, which may be a token.
    """
    instances = shadow.metric_cpu_utilization(statistic=Stats.SAMPLE_COUNT, period=options.get("period"))
    alive = shadow._id(instances)
    return labelled(
        f"IF({alive} > 0 AND EPOCH({alive}) < {end}, ({end} - EPOCH({alive})) / 3600)",
        {alive: instances},
        "hours left",
        options,
    )
