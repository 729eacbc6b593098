"""How each command writes JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from inference_experiment_handler.spec.text import iso_instant


def document(schema_version: int, members: Mapping[str, Any]) -> str:
    """``schema_version``: rises with a change that a reader of an earlier one would misread. A new member is none."""
    return json.dumps({"schemaVersion": schema_version, **members}, indent=2, ensure_ascii=False) + "\n"


def number(value: float | Decimal | None, digits: int = 2) -> float | None:
    if isinstance(value, Decimal):
        return float(round(value, digits))
    return round(value, digits) if value is not None else None


def instant(value: datetime | None) -> str | None:
    return iso_instant(value) if value is not None else None
