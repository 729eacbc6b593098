"""Names and values that are known only at deployment are not shown as if they were known."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from inference_experiment_handler.spec import names
from shadowtest.planning.change import Change
from shadowtest.planning.placeholders import FORMS, PLACEHOLDER
from shadowtest.planning.requests import as_sent
from shadowtest.planning.verdict import Verdict
from shadowtest.values.unknown import KnownAtDeployment

_GENERATED = "(name generated at deployment)"
_KNOWN_LATER = "known at deployment"


def without_made_up(change: Change, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts of a change as they are shown."""
    # The longest first, because they contain the others.
    forms = sorted({*FORMS.values(), PLACEHOLDER}, key=len, reverse=True)
    texts = {**_generated_name(change), **dict.fromkeys(forms, _KNOWN_LATER)}
    return tuple(_replaced(verdict, texts) for verdict in verdicts)


def _generated_name(change: Change) -> Mapping[str, str]:
    """The name that was made for the plan, if the ID of the stack or ``Run`` is not known. Otherwise nothing."""
    properties = dict(change.declared or {})
    is_known = not isinstance(properties.get("Run"), KnownAtDeployment)
    if is_known and not change.stack_id.endswith(PLACEHOLDER):
        return {}
    known = properties if is_known else {**properties, "Run": PLACEHOLDER}
    name = names.of(as_sent(known), change.stack_id, change.logical_id)
    return {} if name == properties.get("Name") else {name: _GENERATED}


def _replaced(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str) and type(value) is str:
        for text, shown in texts.items():
            value = value.replace(text, shown)
        return value
    if isinstance(value, tuple):
        return tuple(_replaced(each, texts) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _replaced(getattr(value, each.name), texts) for each in fields(value)})
    return value
