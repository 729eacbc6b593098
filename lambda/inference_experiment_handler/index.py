"""Lambda's entry point."""

import functools
import os
import random
import time
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from inference_experiment_handler.client import CloudFormation, CloudWatch, SageMaker
from inference_experiment_handler.runtime.custom_resource import InferenceExperimentResource
from inference_experiment_handler.runtime.guardrail import is_guardrail, serve_guardrail
from inference_experiment_handler.runtime.malformed import answer_malformed, malformed
from inference_experiment_handler.runtime.ports import Context, Ports
from inference_experiment_handler.runtime.response import check_delivered, deliver

# Short enough to leave the invocation time to hand over or respond.
_CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})

_ACCEPTED = 202
"""The status with which Lambda accepts an asynchronous invocation."""


def handler(event: dict[str, Any], context: Context) -> None:
    """Serves one request of CloudFormation or of a guardrail, or continues one that was handed over."""
    serve(event, context, real_ports())


def serve(event: Any, context: Context, ports: Ports) -> None:
    """Raises an error if no response could be delivered, or if a guardrail fails. Lambda then runs the event again."""
    if is_guardrail(event):
        serve_guardrail(event, context, ports)
        return
    # First, because it sets up the log, also for a malformed event.
    resource = InferenceExperimentResource(ports)
    problem = malformed(event)
    if problem:
        answer_malformed(event, problem, ports)
        return
    resource(event, context)
    check_delivered(resource.delivered)


def real_ports() -> Ports:
    """AWS itself, and the system clock."""
    return Ports(
        _sagemaker,
        _cloudformation,
        _cloudwatch,
        _invoke,
        _utc_now,
        time.sleep,
        deliver,
        _poll_seconds(),
        random.random,
    )


def _poll_seconds() -> float:
    try:
        seconds = float(os.environ.get("POLL_SECONDS", ""))
    except ValueError:
        return 5.0
    # Short enough to leave time to hand over. NaN compares as false.
    return min(max(seconds, 0.1), 60.0) if seconds > 0 else 5.0


@functools.cache
def _sagemaker() -> SageMaker:
    client: SageMaker = boto3.client("sagemaker", config=_CONFIG)
    return client


@functools.cache
def _cloudformation() -> CloudFormation:
    client: CloudFormation = boto3.client("cloudformation", config=_CONFIG)
    return client


@functools.cache
def _cloudwatch() -> CloudWatch:
    client: CloudWatch = boto3.client("cloudwatch", config=_CONFIG)
    return client


def _invoke(function_arn: str, payload: bytes) -> None:
    client = boto3.client("lambda", config=_CONFIG)
    status = client.invoke(FunctionName=function_arn, InvocationType="Event", Payload=payload)["StatusCode"]
    if status != _ACCEPTED:
        raise RuntimeError(f"Invoke: status {status} is not from Lambda; a proxy may have sent it")


def _utc_now() -> datetime:
    return datetime.now(UTC)
