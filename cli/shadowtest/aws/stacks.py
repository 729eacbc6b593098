"""Stacks as they are deployed."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from shadowtest.aws.session import Aws
from shadowtest.errors import CommandError
from shadowtest.templates.node import plain
from shadowtest.templates.reading import UnreadableError, read
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.stack import DeployedStack

_GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
"""Of a stack in review only a change set exists."""


def deployed_stack(aws: Aws, name: str) -> DeployedStack | None:
    """A stack with its template, its parameters and its physical ids; ``None`` where there is none of this name."""
    cloudformation = aws.client("cloudformation")
    described = _described(cloudformation, name)
    if described is None:
        return None
    parameters = described.get("Parameters", [])
    resources = _pages(cloudformation, "list_stack_resources", "StackResourceSummaries", StackName=described["StackId"])
    return DeployedStack(
        stack_id=described["StackId"],
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in parameters if "ParameterValue" in each},
        resolved={each["ParameterKey"]: each["ResolvedValue"] for each in parameters if "ResolvedValue" in each},
        physical_ids={
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in resources
            if each.get("PhysicalResourceId") and each["ResourceStatus"] != "DELETE_COMPLETE"
        },
        template=template_of(cloudformation, StackName=described["StackId"]),
        status=described["StackStatus"],
    )


def stack_status(aws: Aws, name: str) -> str | None:
    """CloudFormation's ``StackStatus``; ``None`` where there is no such stack."""
    described = _described(aws.client("cloudformation"), name)
    return str(described["StackStatus"]) if described is not None else None


def no_such_stacks(aws: Aws, names: Sequence[str]) -> CommandError:
    return CommandError(f"there is no stack {' and no stack '.join(names)} in {aws.region}")


def named_stacks(aws: Aws, names: tuple[str, ...]) -> list[DeployedStack]:
    """The stacks of these names; raises a ``CommandError`` that lists all that do not exist."""
    found = aws.each(lambda name: deployed_stack(aws, name), names)
    missing = [name for name, stack in zip(names, found, strict=True) if stack is None]
    if missing:
        raise no_such_stacks(aws, missing)
    return [stack for stack in found if stack is not None]


def stacks_with_experiments(aws: Aws) -> list[DeployedStack]:
    """All stacks of the region that declare a shadow test."""
    cloudformation = aws.client("cloudformation")
    stacks = _pages(cloudformation, "describe_stacks", "Stacks")
    ids = [stack["StackId"] for stack in stacks if stack["StackStatus"] not in _GONE]

    def has_one(stack_id: str) -> bool:
        summary = cloudformation.get_template_summary(StackName=stack_id)
        return RESOURCE_TYPE in summary.get("ResourceTypes", [])

    having = [stack_id for stack_id, has in zip(ids, aws.each(has_one, ids), strict=True) if has]
    return [stack for stack in aws.each(lambda each: deployed_stack(aws, each), having) if stack is not None]


def exports(aws: Aws) -> dict[str, str]:
    """The values of the region's exports."""
    listed = _pages(aws.client("cloudformation"), "list_exports", "Exports")
    return {export["Name"]: export["Value"] for export in listed}


def template_of(cloudformation: Any, **which: str) -> dict[str, Any]:
    """The template of a stack or of a change set, after its transforms: macros have become resources."""
    body = cloudformation.get_template(**which, TemplateStage="Processed")["TemplateBody"]
    # boto3 decodes a template in JSON, and returns one in YAML as its text.
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        template = plain(read(text))
    except UnreadableError as error:
        raise CommandError(f"the template of {which['StackName']} {error}") from error
    # These transforms are done.
    return {key: each for key, each in template.items() if key != "Transform"} if isinstance(template, dict) else {}


def _described(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        (described,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise
    return described if described["StackStatus"] not in _GONE else None


def _pages(client: Any, method: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(method).paginate(**arguments):
        yield from page.get(key, [])
