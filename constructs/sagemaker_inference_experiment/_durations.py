"""Durations that may be tokens. CDK can't turn a token into another unit than that it was made with."""

from collections.abc import Collection

from aws_cdk import Duration, Token

from inference_experiment_handler.spec.reader import either
from sagemaker_inference_experiment._tokens import is_unresolved


def unit_faults(name: str, duration: Duration, units: Collection[str]) -> list[str]:
    """What is wrong with a token, as far as that can be known."""
    if not duration.is_unresolved() or duration.unit_label() in units:
        return []
    return [f"{name} is a token in {duration.unit_label()}, must be one in {either(list(units))}"]


def seconds(duration: Duration) -> float:
    """Its seconds, or a token for them; only of a duration without ``unit_faults``."""
    return duration.to_seconds(integral=False)


def text(amount: float) -> str:
    """An amount as text, which a token may be part of."""
    return Token.as_string(amount) if is_unresolved(amount) else f"{amount:g}"
