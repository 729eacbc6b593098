"""What can be told of a change without looking at AWS: whether the properties are valid."""

from typing import Any

from inference_experiment_handler.spec.parser import InvalidPropertiesError, faults_in
from shadowtest.planning.change import Change
from shadowtest.planning.requests import as_sent
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.values.unknown import KnownAtDeployment

_UNREAD = "with --offline, live resources are not read"


def told_offline(change: Change) -> tuple[Verdict, ...]:
    """Refused where the properties are faulty. Else it can't be told."""
    name = _name(change)
    faults = list(faults_in(_sent(change.declared or {}), opaque=_is_unknown))
    if faults:
        return (Verdict(Kind.REFUSED, name, reason=str(InvalidPropertiesError(tuple(map(str, faults))))),)
    return (Verdict(Kind.UNKNOWN, name, reason=_UNREAD),)


def _name(change: Change) -> str:
    name = (change.declared or {}).get("Name")
    return name if isinstance(name, str) else ""


def _sent(value: Any) -> Any:
    if _is_unknown(value):
        return value
    if isinstance(value, dict):
        return {key: _sent(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_sent(each) for each in value]
    return as_sent(value)


def _is_unknown(value: Any) -> bool:
    return isinstance(value, KnownAtDeployment)
