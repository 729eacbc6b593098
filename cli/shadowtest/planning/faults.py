"""Faults of properties, which are found without reading from AWS. Values that are known only at deployment pass."""

from typing import Any

from inference_experiment_handler.spec.parser import InvalidPropertiesError, faults_in
from shadowtest.planning.change import Change
from shadowtest.planning.requests import as_sent
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.service_token import MISSING, SERVICE_TOKEN
from shadowtest.values.unknown import KnownAtDeployment


def refused_for_faults(change: Change) -> Verdict | None:
    """``None`` if the properties have no faults, or if the resource is removed."""
    faults = list(faults_in(_sent(change.declared), opaque=_is_unknown)) if change.declared is not None else []
    if lacks_token(change):
        faults.insert(0, MISSING)
    if not faults:
        return None
    return Verdict(Kind.REFUSED, declared_name(change), reason=str(InvalidPropertiesError(tuple(map(str, faults)))))


def lacks_token(change: Change) -> bool:
    """Whether CloudFormation refuses a new resource because it does not declare which function serves it."""
    return change.deployed is None and change.declared is not None and SERVICE_TOKEN not in change.declared


def declared_name(change: Change) -> str:
    """The ``Name`` of the properties; empty if it is generated or not known."""
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
