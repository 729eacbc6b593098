"""A custom resource that does what its properties say, by request type.

``{"Create": {"PhysicalResourceId": "a", "Data": {...}}, "Update": {"Status": "FAILED", "Reason": "no"}}``. Besides the
members of an answer there are ``Delay`` (seconds before it is sent), ``Hops`` (how many times it is handed over to a
fresh invocation first), ``Silent`` (no answer at all), ``Raw`` (what to send instead) and ``Twice`` (send it again).
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.request import Request, urlopen

import boto3

COPIED = ("StackId", "RequestId", "LogicalResourceId")


def handler(event: dict[str, Any], context: Any) -> None:
    script = dict(event["ResourceProperties"].get(event["RequestType"], {}))
    hops = int(script.pop("Hops", 0))
    if event.get("Hop", 0) < hops:
        payload = json.dumps(event | {"Hop": event.get("Hop", 0) + 1})
        boto3.client("lambda").invoke(
            FunctionName=context.invoked_function_arn, InvocationType="Event", Payload=payload
        )
        return
    time.sleep(float(script.pop("Delay", 0)))
    if script.pop("Silent", None):
        return
    times = 2 if script.pop("Twice", None) else 1
    raw = script.pop("Raw", None)
    answer = {"Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "puppet")}
    answer |= {name: event[name] for name in COPIED} | script
    body = raw if raw is not None else json.dumps(answer)
    for _ in range(times):
        with urlopen(Request(event["ResponseURL"], method="PUT", data=body.encode())):
            pass
