"""States as JSON. Its schema is docs/status.schema.json."""

import json
from datetime import datetime
from typing import Any

from inference_experiment_handler.spec.text import iso_instant
from shadowtest.planning.verdict import Bill
from shadowtest.state.test_state import Served, State, TestState

SCHEMA_VERSION = 1
"""Another one where a program that reads this one would go wrong. A new member is no reason."""


def render_json(state: State) -> str:
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "stacks": [{"name": each.name, "status": each.status} for each in state.stacks],
        "tests": [_test(each) for each in state.tests],
        "missing": list(state.missing),
        "unread": list(state.unread),
        "transitions": list(state.transitions),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _test(test: TestState) -> dict[str, Any]:
    return {
        "stack": test.stack or None,
        "logicalId": test.logical_id or None,
        "experiment": test.experiment,
        "status": test.status,
        "statusReason": test.status_reason,
        "endpoint": test.endpoint,
        "endpointStatus": test.endpoint_status,
        "samplingPercentage": test.sampling,
        "start": _instant(test.starts),
        "end": _instant(test.ends),
        "secondsUntilStart": int(test.until_start.total_seconds()) if test.until_start is not None else None,
        "secondsLeft": int(test.left.total_seconds()) if test.left is not None else None,
        "served": [_served(each) for each in test.served],
        "bills": [_bill(each) for each in test.bills],
    }


def _served(served: Served) -> dict[str, Any]:
    return {
        "role": served.role,
        "variant": served.name,
        "model": served.model,
        "instanceType": served.instance_type,
        "instanceCount": served.instance_count,
    }


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "role": bill.role,
        "variant": bill.variant,
        "model": bill.model,
        "instanceType": bill.instance_type,
        "instanceCount": bill.instance_count,
        "hours": _number(bill.hours),
        "instanceHours": _number(bill.instance_hours),
    }


def _number(number: float | None) -> float | None:
    return round(number, 2) if number is not None else None


def _instant(instant: datetime | None) -> str | None:
    return iso_instant(instant) if instant is not None else None
