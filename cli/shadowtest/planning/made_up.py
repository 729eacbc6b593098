"""The name that a new stack generates for a test is known only at deployment, so none is shown."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from inference_experiment_handler.spec import names
from shadowtest.planning.change import Change
from shadowtest.planning.placeholders import PLACEHOLDER
from shadowtest.planning.requests import as_sent
from shadowtest.planning.verdict import Verdict
from shadowtest.values.unknown import KnownAtDeployment

SHOWN = "(name generated at deployment)"


def without_made_up_names(change: Change, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts of a resource of a stack that is not there yet."""
    properties = change.declared or {}
    if properties.get("Name"):
        return verdicts
    is_known = not isinstance(properties.get("Run"), KnownAtDeployment)
    known = properties if is_known else {**properties, "Run": PLACEHOLDER}
    made_up = names.of(as_sent(dict(known)), change.stack_id, change.logical_id)
    return tuple(_replaced(verdict, made_up) for verdict in verdicts)


def _replaced(value: Any, name: str) -> Any:
    if isinstance(value, str) and type(value) is str:
        return value.replace(name, SHOWN)
    if isinstance(value, tuple):
        return tuple(_replaced(each, name) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _replaced(getattr(value, each.name), name) for each in fields(value)})
    return value
