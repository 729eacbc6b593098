"""Numbers that arrive as text, such as those of ``cdk deploy -c sampling=30``."""

import re
from typing import Any


def whole_number(value: Any) -> Any:
    """The integer that a text stands for; anything else as it is, for the checks to refuse or to let pass."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value) else value


def take_whole_numbers(given: object, *fields: str) -> None:
    """Turns the text in these fields of a frozen value object into integers."""
    for field in fields:
        object.__setattr__(given, field, whole_number(getattr(given, field)))
