"""Numbers that are given as strings, such as those of ``cdk deploy -c sampling=30``."""

import re
from typing import Any


def whole_number(value: Any) -> Any:
    """Converts a string to an integer. Returns any other value unchanged, for the checks to accept or reject."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value) else value


def take_whole_numbers(given: object, *fields: str) -> None:
    """Converts the strings in these fields of a frozen value object to integers."""
    for field in fields:
        object.__setattr__(given, field, whole_number(getattr(given, field)))
