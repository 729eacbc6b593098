"""Greets whom its properties name, through crhelper; refuses to greet nobody."""

from __future__ import annotations

from typing import Any

from crhelper import CfnResource

helper = CfnResource(log_level="INFO", boto_level="WARNING")


@helper.create
@helper.update
def greet(event: dict[str, Any], _: Any) -> str | None:
    name = event["ResourceProperties"]["Name"]
    helper.PhysicalResourceId = event.get("PhysicalResourceId", f"greeting-of-{event['LogicalResourceId']}")
    if name == "nobody":
        raise ValueError("there is nobody to greet")
    helper.Data["Text"] = f"hello {name}"
    return helper.PhysicalResourceId


@helper.delete
def forget(event: dict[str, Any], _: Any) -> None:
    helper.PhysicalResourceId = event["PhysicalResourceId"]


def handler(event: dict[str, Any], context: Any) -> None:
    helper(event, context)
