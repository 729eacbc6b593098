"""Detects events that are not requests of CloudFormation before crhelper handles them.

crhelper would send its response to the previous request.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.request import FROM_CLOUDFORMATION, RequestType
from inference_experiment_handler.runtime import response
from inference_experiment_handler.runtime.ports import Ports

_LONGEST_ID = 512
"""In characters. CloudFormation's own ids have at most half of that."""
_LONGEST_PHYSICAL_ID = 1024
_TEXTS = ("RequestId", "StackId", "LogicalResourceId", "ResponseURL")


def malformed(event: Any) -> str | None:
    """The reason why the event is not a request of CloudFormation; ``None`` if it is one."""
    if not isinstance(event, Mapping):
        return "the event is not a map"
    missing = [key for key in _TEXTS if not isinstance(event.get(key), str) or not event[key]]
    if missing:
        return f"the event has no {', '.join(missing)}"
    if not event["ResponseURL"].startswith("https://"):
        return "ResponseURL is not an https address"
    long = [key for key in _TEXTS[:3] if len(event[key]) > _LONGEST_ID]
    if long:
        return f"{', '.join(long)} must have at most {_LONGEST_ID} characters"
    if event.get("RequestType") not in FROM_CLOUDFORMATION:
        return f"RequestType is {str(event.get('RequestType'))[:80]!r}, must be Create, Update or Delete"
    if not isinstance(event.get("ResourceProperties"), Mapping):
        return "the event has no ResourceProperties"
    if not isinstance(event.get("OldResourceProperties", {}), Mapping):
        return "OldResourceProperties is not a map"
    if event["RequestType"] != RequestType.CREATE and not isinstance(event.get("PhysicalResourceId"), str):
        return "the event has no PhysicalResourceId"
    if len(str(event.get("PhysicalResourceId", ""))) > _LONGEST_PHYSICAL_ID:
        return f"PhysicalResourceId must have at most {_LONGEST_PHYSICAL_ID} characters"
    if "CrHelperData" in event and not _is_handed_over(event["CrHelperData"]):
        return "CrHelperData was not written by this function"
    return None


def _is_handed_over(carried: Any) -> bool:
    try:
        Journal.from_json(carried["Progress"])
        if "Issued" in carried:
            datetime.fromisoformat(carried["Issued"])
    except (KeyError, TypeError, ValueError):
        return False
    return True


def answer_malformed(event: Any, problem: str, ports: Ports) -> None:
    """Responds with FAILED if the event has an https ``ResponseURL``; raises a ``ValueError`` otherwise."""
    url = event.get("ResponseURL") if isinstance(event, Mapping) else None
    if not isinstance(url, str) or not url.startswith("https://"):
        raise ValueError(f"not a request of CloudFormation: {problem}")
    ids = {key: response.cut(str(event.get(key) or "unknown"), 512) for key in (*_TEXTS[:3], "PhysicalResourceId")}
    body = response.fitted({"Status": "FAILED", "Reason": problem, **ids, "NoEcho": False, "Data": {}})
    response.check_delivered(ports.deliver(url, body))
