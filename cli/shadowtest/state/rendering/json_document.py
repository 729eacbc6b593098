"""States as JSON. Its schema is docs/status.schema.json."""

from typing import Any

from shadowtest.json_documents import document, instant
from shadowtest.planning.rendering.json_bill import bill
from shadowtest.state.live_state import LiveState, Served, State

SCHEMA_VERSION = 1


def render_json(state: State) -> str:
    members = {
        "stacks": [{"name": each.name, "status": each.status} for each in state.stacks],
        "tests": [_test(each) for each in state.tests],
        "missing": list(state.missing),
        "unread": list(state.unread),
        "transitions": list(state.transitions),
    }
    return document(SCHEMA_VERSION, members)


def _test(test: LiveState) -> dict[str, Any]:
    return {
        "stack": test.stack or None,
        "logicalId": test.logical_id or None,
        "experiment": test.experiment,
        "status": test.status,
        "statusReason": test.status_reason,
        "endpoint": test.endpoint,
        "endpointStatus": test.endpoint_status,
        "samplingPercentage": test.sampling,
        "start": instant(test.starts),
        "end": instant(test.ends),
        "secondsUntilStart": int(test.until_start.total_seconds()) if test.until_start is not None else None,
        "secondsLeft": int(test.left.total_seconds()) if test.left is not None else None,
        "served": [_served(each) for each in test.served],
        "bills": [bill(each) for each in test.bills],
    }


def _served(served: Served) -> dict[str, Any]:
    return {
        "role": served.role,
        "variant": served.name,
        "model": served.model,
        "instanceType": served.instance_type,
        "instanceCount": served.instance_count,
    }
