"""The requests that CloudFormation will send for a change, as the handler parses them."""

from datetime import datetime
from typing import Any

from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.runtime import event as events
from shadowtest.planning.change import Change, Properties


def first_request(change: Change, now: datetime) -> Request | None:
    """The request that the deployment itself causes. ``None`` if CloudFormation sends none.

    Raises ``InvalidPropertiesError`` if the handler refuses the properties.
    """
    if change.declared is None:
        removed = change.deployed is not None and not change.keeps_removed
        return _parsed(change, RequestType.DELETE, change.deployed or {}, now) if removed else None
    if change.deployed is None:
        return _parsed(change, RequestType.CREATE, change.declared, now)
    if as_sent(change.deployed) == as_sent(change.declared):
        return None
    return _parsed(change, RequestType.UPDATE, change.declared, now)


def update_request(change: Change, now: datetime) -> Request:
    """An Update to the declared properties. It is made even if CloudFormation would send none, because nothing changes.

    Raises ``InvalidPropertiesError`` if the handler refuses the properties.
    """
    return _parsed(change, RequestType.UPDATE, change.declared or {}, now)


def look_request(change: Change, now: datetime) -> Request:
    """A request about the deployed experiment, which CloudFormation does not send. It declares nothing."""
    return _parsed(change, RequestType.DELETE, change.deployed or {}, now)


def cleanup_request(change: Change, answered_id: str, now: datetime) -> Request | None:
    """The Delete of the old physical ID, which follows an Update that returned a different one."""
    replaced = change.physical_id is not None and change.declared is not None and answered_id != change.physical_id
    if not replaced or change.deployed is None or change.keeps_replaced:
        return None
    return _parsed(change, RequestType.DELETE, change.deployed, now)


def as_sent(value: Any) -> Any:
    """CloudFormation sends each scalar as a string, at any depth."""
    if isinstance(value, dict):
        return {key: as_sent(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_sent(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _parsed(change: Change, kind: RequestType, properties: Properties, now: datetime) -> Request:
    event: dict[str, Any] = {
        "RequestType": str(kind),
        "RequestId": f"plan-{kind}",
        "StackId": change.stack_id,
        "LogicalResourceId": change.logical_id,
        "ResponseURL": "https://cloudformation.invalid/",
        "ResourceProperties": as_sent(dict(properties)),
    }
    if kind is not RequestType.CREATE:
        event["PhysicalResourceId"] = change.physical_id
    if kind is RequestType.UPDATE:
        event["OldResourceProperties"] = as_sent(dict(change.deployed or {}))
    return events.parse(event, now)
