"""Numbers that are given as strings, such as those of ``cdk deploy -c sampling=30``."""

import re
from typing import Any

from inference_experiment_handler.spec.reader import NUMBER


def whole_number(value: Any) -> Any:
    """Converts a string to an integer. Returns any other value unchanged, for the checks to accept or reject."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value) else value


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
