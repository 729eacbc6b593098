"""Greets whom its properties name, through crhelper; refuses to greet nobody."""

from __future__ import annotations

from crhelper import CfnResource

helper = CfnResource(log_level="INFO", boto_level="WARNING")


@helper.create
@helper.update
def greet(event, _):
    name = event["ResourceProperties"]["Name"]
    helper.PhysicalResourceId = event.get("PhysicalResourceId", f"greeting-of-{event['LogicalResourceId']}")
    if name == "nobody":
        raise ValueError("there is nobody to greet")
    helper.Data["Text"] = f"hello {name}"
    return helper.PhysicalResourceId


@helper.delete
def forget(event, _):
    helper.PhysicalResourceId = event["PhysicalResourceId"]


def handler(event, context):
    helper(event, context)
