"""Plans as JSON. ``schemaVersion`` rises with each change that a reader of an earlier version would misread."""

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from inference_experiment_handler.spec.text import iso_instant
from shadowtest.planning.cost import Cost
from shadowtest.planning.stack_plan import StackPlan
from shadowtest.planning.verdict import Bill

SCHEMA_VERSION = 1


def render_json(plans: Iterable[StackPlan], cost: Cost) -> str:
    """Members have the names of the fields, in camel case: ``logicalId``, ``canBeUndone``, ``waitsFor``."""
    document = {"schemaVersion": SCHEMA_VERSION, "stacks": [_json(plan) for plan in plans], "cost": _json(cost)}
    return json.dumps(document, indent=2) + "\n"


def _json(value: Any) -> Any:
    if is_dataclass(value):
        members = {_camel(field.name): _json(getattr(value, field.name)) for field in fields(value)}
        return members | ({"instanceHours": _json(value.instance_hours)} if isinstance(value, Bill) else {})
    if isinstance(value, tuple):
        return [_json(each) for each in value]
    if isinstance(value, datetime):
        return iso_instant(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return float(round(value, 2))
    return round(value, 2) if isinstance(value, float) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
