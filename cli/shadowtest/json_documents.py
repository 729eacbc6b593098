"""The form of the JSON that each command writes."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from inference_experiment_handler.spec.text import iso_instant


def document(schema_version: int, members: Mapping[str, Any]) -> str:
    """``schema_version``: is increased by a change that breaks existing readers. A new member does not break them."""
    return json.dumps({"schemaVersion": schema_version, **members}, indent=2, ensure_ascii=False) + "\n"


def number(value: float | Decimal | None, digits: int = 2) -> float | None:
    if isinstance(value, Decimal):
        return float(round(value, digits))
    return round(value, digits) if value is not None else None


def instant(value: datetime | None) -> str | None:
    return iso_instant(value) if value is not None else None
