"""Durations that may be tokens. CDK can't convert a token to another unit."""

from collections.abc import Collection

from aws_cdk import Duration, Token

from inference_experiment_handler.spec.text import either
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._tokens import is_unresolved

ISO_UNITS = {"days": "P{}D", "hours": "PT{}H", "minutes": "PT{}M", "seconds": "PT{}S"}
"""The format of a duration in ISO 8601 by its unit. ISO 8601 has no milliseconds."""


@ask_once
def is_token(duration: Duration) -> bool:
    """Whether only CloudFormation knows the amount."""
    return duration.is_unresolved()


def unit_faults(name: str, duration: Duration, units: Collection[str]) -> list[str]:
    """A fault if the duration is a token in a unit that is not allowed."""
    if not is_token(duration) or duration.unit_label() in units:
        return []
    return [f"{name} is a token in {duration.unit_label()}, must be in {either(list(units))}"]


@ask_once
def iso(duration: Duration) -> str:
    """The duration in ISO 8601, which may contain a token. A token that has ``unit_faults`` is only a token."""
    if not is_token(duration):
        return duration.to_iso_string()
    return ISO_UNITS.get(duration.unit_label(), "{}").format(Token.as_string(_amount(duration)))


@ask_once
def milliseconds(duration: Duration) -> float:
    """The number of milliseconds, which may be a token. A token that has ``unit_faults`` is only a token."""
    return _amount(duration) if is_token(duration) else duration.to_milliseconds(integral=False)


def _amount(duration: Duration) -> float:
    """The token of a duration, in the duration's own unit."""
    return {
        "days": duration.to_days,
        "hours": duration.to_hours,
        "minutes": duration.to_minutes,
        "seconds": duration.to_seconds,
        "millis": duration.to_milliseconds,
    }[duration.unit_label()]()


def seconds(duration: Duration) -> float:
    """The number of seconds, which may be a token; only for a duration without ``unit_faults``."""
    return duration.to_seconds(integral=False)


def text(amount: float) -> str:
    """An amount as text, which may contain a token."""
    return Token.as_string(amount) if is_unresolved(amount) else f"{amount:g}"
