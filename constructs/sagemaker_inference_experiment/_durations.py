"""Durations that may be tokens. CDK can't convert a token to another unit."""

from collections.abc import Collection

from aws_cdk import Duration, Token

from inference_experiment_handler.spec.text import either
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._tokens import is_unresolved


@ask_once
def is_token(duration: Duration) -> bool:
    """Whether only CloudFormation knows the amount."""
    return duration.is_unresolved()


def unit_faults(name: str, duration: Duration, units: Collection[str]) -> list[str]:
    """A fault if the duration is a token in a unit that is not allowed."""
    if not is_token(duration) or duration.unit_label() in units:
        return []
    return [f"{name} is a token in {duration.unit_label()}, must be in {either(list(units))}"]


def seconds(duration: Duration) -> float:
    """The number of seconds, which may be a token; only for a duration without ``unit_faults``."""
    return duration.to_seconds(integral=False)


def text(amount: float) -> str:
    """An amount as text, which may contain a token."""
    return Token.as_string(amount) if is_unresolved(amount) else f"{amount:g}"
