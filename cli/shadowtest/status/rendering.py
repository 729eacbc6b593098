"""States as text, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from inference_experiment_handler.spec.text import iso_instant
from shadowtest.outputs import as_markdown, on_a_line
from shadowtest.status.state import TestState
from shadowtest.status.words import NO_TESTS, facts, served_in_words, title

FORMATS = ("text", "markdown", "json")
SCHEMA_VERSION = 1


def rendered(states: Sequence[TestState], kind: str) -> str:
    match kind:
        case "json":
            return json.dumps({"schemaVersion": SCHEMA_VERSION, "tests": list(map(_json, states))}, indent=2) + "\n"
        case "markdown":
            lines = [line for state in states for line in _markdown(state)]
        case _:
            lines = [line for state in states for line in _text(state)]
    return "\n".join((*(lines or [NO_TESTS]), ""))


def _text(state: TestState) -> Iterator[str]:
    yield on_a_line(title(state))
    yield from (f"  {on_a_line(line)}" for line in _sentences(state))


def _markdown(state: TestState) -> Iterator[str]:
    yield from (f"### {as_markdown(title(state))}", "")
    yield from (f"- {as_markdown(line)}" for line in _sentences(state))
    yield ""


def _sentences(state: TestState) -> Iterator[str]:
    yield from facts(state)
    yield from map(served_in_words, state.served)


def _json(state: TestState) -> dict[str, Any]:
    def instant(value: Any) -> Any:
        return iso_instant(value) if value is not None else None

    return {
        "stack": state.stack,
        "logicalId": state.logical_id,
        "experiment": state.experiment,
        "status": state.status,
        "statusReason": state.status_reason,
        "atRest": state.at_rest,
        "samplingPercentage": state.sampling,
        "start": instant(state.starts),
        "end": instant(state.ends),
        "secondsLeft": round(state.time_left.total_seconds()) if state.time_left is not None else None,
        "endpoint": state.endpoint,
        "endpointStatus": state.endpoint_status,
        "served": [
            {
                "name": each.name,
                "role": each.role,
                "model": each.model,
                "instanceType": each.instance_type,
                "instanceCount": each.instance_count,
            }
            for each in state.served
        ],
        "instanceHours": [
            {
                "variant": bill.variant,
                "role": bill.role,
                "instanceType": bill.instance_type,
                "instanceCount": bill.instance_count,
                "instanceHours": round(bill.instance_hours, 2) if bill.instance_hours is not None else None,
            }
            for bill in state.bills
        ],
    }
