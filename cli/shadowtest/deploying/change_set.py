"""What a change set deploys, with the values that CloudFormation itself resolves."""

import json
from typing import Any

from shadowtest.aws.stacks import template_of
from shadowtest.deploying.stack import KnownProperties, StackToDeploy
from shadowtest.errors import CommandError
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.unknown import KnownAtDeployment

_UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


def stack_of_change_set(cloudformation: Any, arn: str) -> StackToDeploy:
    """Raises a ``CommandError`` for a change set that can't be executed."""
    pages = list(_pages(cloudformation, arn))
    first = pages[0]
    if first["Status"] != "CREATE_COMPLETE":
        why = first.get("StatusReason", "no reason is given")
        raise CommandError(f"change set {arn} is {first['Status']}, must be CREATE_COMPLETE: {why}")
    changes = [each["ResourceChange"] for page in pages for each in page.get("Changes", []) if "ResourceChange" in each]
    return StackToDeploy(
        first["StackName"],
        template_of(cloudformation, StackName=first["StackId"], ChangeSetName=first["ChangeSetId"]),
        arn,
        parameters={
            each["ParameterKey"]: each.get("ResolvedValue", each.get("ParameterValue", ""))
            for each in first.get("Parameters", [])
        },
        known={
            change["LogicalResourceId"]: KnownProperties(
                _properties(change.get("BeforeContext")), _properties(change.get("AfterContext"))
            )
            for change in changes
            if change["ResourceType"] == RESOURCE_TYPE
        },
    )


def _pages(cloudformation: Any, arn: str) -> list[dict[str, Any]]:
    pages, token = [], None
    while True:
        page = cloudformation.describe_change_set(
            ChangeSetName=arn, IncludePropertyValues=True, **({"NextToken": token} if token else {})
        )
        pages.append(page)
        token = page.get("NextToken")
        if not token:
            return pages


def _properties(context: str | None) -> dict[str, Any] | None:
    """From the JSON in which a change set says what a resource was, or will be."""
    properties = json.loads(context).get("Properties") if context else None
    return _with_unknowns(properties) if isinstance(properties, dict) else None


def _with_unknowns(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_unknowns(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_unknowns(each) for each in value]
    if isinstance(value, str) and _UNKNOWN in value:
        return KnownAtDeployment.of(value, "CloudFormation says that it is known after the change set is executed")
    return value
