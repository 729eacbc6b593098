"""Lambda's entry point."""

import functools
import os
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config

from inference_experiment_handler.client import CloudFormation, SageMaker
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.runtime import response as answer
from inference_experiment_handler.runtime.custom_resource import Context, Edges, InferenceExperimentResource, utc_now
from inference_experiment_handler.runtime.event import RequestType

# Short enough that a call can't eat the time in which the invocation has to hand over or answer.
_CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})


def handler(event: dict[str, Any], context: Context) -> None:
    """Serves one CloudFormation request, or goes on with one that was handed over."""
    serve(
        event,
        context,
        Edges(_sagemaker, _cloudformation, _invoke, utc_now, time.sleep, answer.deliver, _poll_seconds()),
    )


def serve(event: dict[str, Any], context: Context, edges: Edges) -> None:
    """Raises where no answer could be given: Lambda then runs the request again."""
    problem = malformed(event)
    if problem:
        _refuse(event, problem, edges)
        return
    resource = InferenceExperimentResource(edges)
    resource(event, context)
    _check_delivered(resource.delivered)


def _check_delivered(delivered: bool) -> None:
    if not delivered:
        raise RuntimeError("the answer could not be delivered to CloudFormation")


_LONGEST_ID = 512
"""Characters; CloudFormation's own have at most half of that."""
_LONGEST_PHYSICAL_ID = 1024
_TEXTS = ("RequestId", "StackId", "LogicalResourceId", "ResponseURL")


def malformed(event: Any) -> str | None:
    """Why this is no request of CloudFormation's, before crhelper answers it to a request it has served before."""
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
        Progress.from_json(carried["Progress"])
        datetime.fromisoformat(carried["Issued"])
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _refuse(event: Any, problem: str, edges: Edges) -> None:
    url = event.get("ResponseURL") if isinstance(event, Mapping) else None
    if not isinstance(url, str) or not url.startswith("https://"):
        raise ValueError(f"not a request of CloudFormation: {problem}")
    ids = {key: answer.cut(str(event.get(key) or "unknown"), 512) for key in (*_TEXTS[:3], "PhysicalResourceId")}
    body = answer.fitted({"Status": "FAILED", "Reason": problem, **ids, "NoEcho": False, "Data": {}})
    _check_delivered(edges.deliver(url, body))


def _poll_seconds() -> float:
    try:
        seconds = float(os.environ.get("POLL_SECONDS", ""))
    except ValueError:
        return 5.0
    # Not so long that the time to hand over would be slept through. What is no number at all compares as false.
    return min(max(seconds, 0.1), 60.0) if seconds > 0 else 5.0


@functools.cache
def _sagemaker() -> SageMaker:
    client: SageMaker = boto3.client("sagemaker", config=_CONFIG)
    return client


@functools.cache
def _cloudformation() -> CloudFormation:
    client: CloudFormation = boto3.client("cloudformation", config=_CONFIG)
    return client


def _invoke(function_arn: str, payload: bytes) -> None:
    boto3.client("lambda", config=_CONFIG).invoke(FunctionName=function_arn, InvocationType="Event", Payload=payload)
