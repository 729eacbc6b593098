"""Numbers that are given as strings, such as those of ``cdk deploy -c sampling=30``."""

import re
from functools import cache
from typing import Any

from aws_cdk import Token

from inference_experiment_handler.spec.reader import NUMBER
from sagemaker_inference_experiment._tokens import has_placeholder


def whole_number(value: Any) -> Any:
    """Converts a string to an integer. Returns any other value unchanged, for the checks to accept or reject.

    A placeholder becomes a token: the CDK CLI looks up the number and runs the app again.
    """
    if has_placeholder(value):
        return unknown_number()
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value) else value


@cache
def unknown_number() -> float:
    """A token, which passes all checks."""
    return Token.as_number({"Ref": "AWS::NoValue"})


def take_whole_numbers(given: object, *fields: str) -> None:
    """Converts the strings in these fields of a frozen value object to integers."""
    for field in fields:
        object.__setattr__(given, field, whole_number(getattr(given, field)))


def take_numbers(given: object, *fields: str) -> None:
    """Converts the strings in these fields of a frozen value object to numbers, which may have decimals."""
    for field in fields:
        number = whole_number(getattr(given, field))
        if isinstance(number, str) and NUMBER.fullmatch(number):
            number = float(number)
        object.__setattr__(given, field, number)
