"""Booleans that are given as strings, such as those of ``cdk deploy -c keep=false``. In Python, "false" is true."""

from typing import Any

from sagemaker_inference_experiment._tokens import has_placeholder

_IN_TEXT = {"true": True, "false": False}


def take_booleans(given: object, *fields: str) -> None:
    """Converts the strings in these fields of a frozen value object to booleans. Other values are left for the checks.

    A placeholder becomes false: the CDK CLI looks up the value and runs the app again.
    """
    for field in fields:
        object.__setattr__(given, field, _boolean(getattr(given, field)))


def _boolean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return False if has_placeholder(value) else _IN_TEXT.get(value, value)
