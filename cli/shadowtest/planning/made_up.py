"""Names and values that are known only at deployment are not shown as if they were known."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from inference_experiment_handler.spec import names
from shadowtest.planning.change import Change
from shadowtest.planning.placeholders import PLACEHOLDER
from shadowtest.planning.requests import as_sent
from shadowtest.planning.verdict import Verdict
from shadowtest.values.unknown import KnownAtDeployment

_GENERATED = "(name generated at deployment)"
_KNOWN_LATER = "known at deployment"


def without_made_up_names(change: Change, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts of a resource of a new stack, which generates the name of its test."""
    properties = change.declared or {}
    if properties.get("Name"):
        return verdicts
    is_known = not isinstance(properties.get("Run"), KnownAtDeployment)
    known = properties if is_known else {**properties, "Run": PLACEHOLDER}
    made_up = names.of(as_sent(dict(known)), change.stack_id, change.logical_id)
    return tuple(_replaced(verdict, made_up, _GENERATED) for verdict in verdicts)


def without_placeholders(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    return tuple(_replaced(verdict, PLACEHOLDER, _KNOWN_LATER) for verdict in verdicts)


def _replaced(value: Any, text: str, shown: str) -> Any:
    if isinstance(value, str) and type(value) is str:
        return value.replace(text, shown)
    if isinstance(value, tuple):
        return tuple(_replaced(each, text, shown) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _replaced(getattr(value, each.name), text, shown) for each in fields(value)}
        return replace(value, **changed)
    return value
