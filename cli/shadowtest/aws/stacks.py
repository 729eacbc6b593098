"""Stacks as they are deployed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.errors import CommandError
from shadowtest.templates.node import plain
from shadowtest.templates.reading import UnreadableError, read
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.stack import DeployedStack

_GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
"""A stack in review is only a change set."""
_NOT_OF_THE_STACK = ("DELETE_COMPLETE", "DELETE_SKIPPED")
"""The statuses of removed resources. A retained resource no longer belongs to the stack."""


@dataclass(frozen=True)
class Stacks:
    """``errors``: why others could not be read, one line each."""

    found: list[DeployedStack]
    errors: list[str]


def deployed_stack(aws: Aws, name: str) -> DeployedStack | None:
    """A stack with its template, its parameters and its physical IDs. ``None`` if there is no stack of this name."""
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
            if each.get("PhysicalResourceId") and each["ResourceStatus"] not in _NOT_OF_THE_STACK
        },
        template=template_of(cloudformation, StackName=described["StackId"]),
        status=described["StackStatus"],
    )


def stack_status(aws: Aws, name: str) -> str | None:
    """CloudFormation's ``StackStatus``; ``None`` if there is no such stack."""
    described = _described(aws.client("cloudformation"), name)
    return str(described["StackStatus"]) if described is not None else None


def no_such_stacks(aws: Aws, names: Sequence[str]) -> CommandError:
    return CommandError(f"there is no stack {' and no stack '.join(names)} in {aws.region}")


def named_stacks(aws: Aws, names: Sequence[str]) -> Stacks:
    """The stacks of these names, each once. Raises a ``CommandError`` that lists all stacks that do not exist."""
    found, missing = stacks_of_names(aws, names)
    if missing:
        raise no_such_stacks(aws, missing)
    return found


def stacks_of_names(aws: Aws, names: Sequence[str]) -> tuple[Stacks, list[str]]:
    """The stacks of these names, and the names of those that do not exist."""
    names = list(dict.fromkeys(names))
    read = attempt_each(aws, lambda name: deployed_stack(aws, name), names, named=_in_words)
    missing = [name for name, stack in zip(names, read, strict=True) if stack is None]
    return _stacks(read, len(names)), missing


def stacks_with_experiments(aws: Aws) -> Stacks:
    """All stacks of the region that declare a shadow test."""
    cloudformation = aws.client("cloudformation")
    stacks = _pages(cloudformation, "describe_stacks", "Stacks")
    ids = {stack["StackId"]: stack["StackName"] for stack in stacks if stack["StackStatus"] not in _GONE}

    def with_experiments(stack_id: str) -> DeployedStack | None:
        summary = cloudformation.get_template_summary(StackName=stack_id)
        return deployed_stack(aws, stack_id) if RESOURCE_TYPE in summary.get("ResourceTypes", []) else None

    read = attempt_each(aws, with_experiments, ids, named=lambda stack_id: _in_words(ids[stack_id]))
    return _stacks(read, len(ids))


def _stacks(read: Sequence[DeployedStack | Failure | None], asked: int) -> Stacks:
    failures = [each for each in read if isinstance(each, Failure)]
    # A user may give both the name and the ID of a stack.
    found = {each.stack_id: each for each in read if isinstance(each, DeployedStack)}
    return Stacks(list(found.values()), failures_in_words(failures, asked))


def _in_words(name: str) -> str:
    return f"stack {name}"


def exports(aws: Aws) -> dict[str, str]:
    """The values of the region's exports."""
    listed = _pages(aws.client("cloudformation"), "list_exports", "Exports")
    return {export["Name"]: export["Value"] for export in listed}


def template_of(cloudformation: Any, **which: str) -> dict[str, Any]:
    """The template of a stack or of a change set, after CloudFormation has expanded its macros."""
    body = cloudformation.get_template(**which, TemplateStage="Processed")["TemplateBody"]
    # boto3 decodes a JSON template, and returns a YAML template as text.
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        template = plain(read(text))
    except UnreadableError as error:
        raise CommandError(f"the template of {which['StackName']} {error}") from error
    # CloudFormation has already applied these transforms.
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
