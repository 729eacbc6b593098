"""The parts of metric math expressions."""

from collections.abc import Mapping

from aws_cdk import Token
from aws_cdk.aws_cloudwatch import IMetric, MathExpression

from sagemaker_inference_experiment._cloudwatch.options import ExpressionOptions
from sagemaker_inference_experiment._tokens import is_unresolved


def literal(number: float) -> str:
    """A number, which may be a token, as text in an expression, a label or a table."""
    return Token.as_string(number) if is_unresolved(number) else str(number)


def has_value(id: str) -> str:
    """The condition that a metric has a value.

    In a condition, metric math treats a missing value as 0. No metric is ever negative.
    """
    return f"FILL({id}, -1) >= 0"


def labelled(expression: str, metrics: Mapping[str, IMetric], label: str, options: ExpressionOptions) -> MathExpression:
    """An expression with this label, unless the options have another one."""
    shown: ExpressionOptions = {"label": label, **options}
    return MathExpression(expression=expression, using_metrics=dict(metrics), **shown)
