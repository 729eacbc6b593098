"""Events that are no requests of CloudFormation's: said so before crhelper sees them.

crhelper would answer them to the request that it has served before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.request import RequestType
from inference_experiment_handler.runtime import response
from inference_experiment_handler.runtime.ports import Ports

_LONGEST_ID = 512
"""Characters; CloudFormation's own have at most half of that."""
_LONGEST_PHYSICAL_ID = 1024
_TEXTS = ("RequestId", "StackId", "LogicalResourceId", "ResponseURL")


def malformed(event: Any) -> str | None:
    """Why this is no request of CloudFormation's; ``None`` if it is one."""
    if not isinstance(event, Mapping):
        return "the event is not a map"
    missing = [key for key in _TEXTS if not isinstance(event.get(key), str) or not event[key]]
    if missing:
        return f"the event has no {', '.join(missing)}"
    if not event["ResponseURL"].startswith("https://"):
        return "ResponseURL is no https address"
    long = [key for key in _TEXTS[:3] if len(event[key]) > _LONGEST_ID]
    if long:
        return f"{', '.join(long)} must have at most {_LONGEST_ID} characters"
    if event.get("RequestType") not in tuple(RequestType):
        return f"RequestType must be Create, Update or Delete, is {str(event.get('RequestType'))[:80]!r}"
    if not isinstance(event.get("ResourceProperties"), Mapping):
        return "the event has no ResourceProperties"
    if not isinstance(event.get("OldResourceProperties", {}), Mapping):
        return "OldResourceProperties is not a map"
    if event["RequestType"] != RequestType.CREATE and not isinstance(event.get("PhysicalResourceId"), str):
        return "the event has no PhysicalResourceId"
    if len(str(event.get("PhysicalResourceId", ""))) > _LONGEST_PHYSICAL_ID:
        return f"PhysicalResourceId must have at most {_LONGEST_PHYSICAL_ID} characters"
    if "CrHelperData" in event and not _is_handed_over(event["CrHelperData"]):
        return "CrHelperData is not what this function hands over"
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
    """Answers FAILED where the event has an https address for the answer; raises a ``ValueError`` where it has none."""
    url = event.get("ResponseURL") if isinstance(event, Mapping) else None
    if not isinstance(url, str) or not url.startswith("https://"):
        raise ValueError(f"not a request of CloudFormation: {problem}")
    ids = {key: response.cut(str(event.get(key) or "unknown"), 512) for key in (*_TEXTS[:3], "PhysicalResourceId")}
    body = response.fitted({"Status": "FAILED", "Reason": problem, **ids, "NoEcho": False, "Data": {}})
    response.check_delivered(ports.deliver(url, body))
