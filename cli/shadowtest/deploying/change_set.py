"""What a change set deploys, with the values that CloudFormation itself resolves."""

import json
import re
from collections.abc import Mapping
from typing import Any

from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import template_of
from shadowtest.deploying.stack import ResourceChange, StackToDeploy
from shadowtest.errors import CommandError
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.unknown import KnownAtDeployment

_ARN = re.compile(r"arn:[^:]+:cloudformation:([^:]+):\d+:changeSet/.+")
_EMPTY = ("didn't contain changes", "No updates are to be performed")
"""The status reasons of an empty change set, whose status is FAILED."""
_NOT_TOLD = {
    "{{changeSet:KNOWN_AFTER_APPLY}}": "CloudFormation says that it is known after the change set is executed",
    "{{resolve:": "CloudFormation resolves a dynamic reference",
    "****": "CloudFormation hides the value",
}
_FROM_PARAMETER_STORE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")


def stack_of_change_set(aws: Aws, arn: str) -> StackToDeploy:
    """Raises a ``CommandError`` for a change set that can't be executed."""
    match = _ARN.fullmatch(arn)
    if match is None:
        raise CommandError(f"--change-set {arn!r} must be the ARN of a change set")
    region = match[1]
    cloudformation = aws.in_region(region).client("cloudformation")
    pages = _pages(cloudformation, arn)
    first = pages[0]
    if _is_empty(first):
        template = template_of(cloudformation, StackName=first["StackId"])
        return StackToDeploy(first["StackName"], template, arn, region=region, changes={}, changed=frozenset())
    _check(first, arn)
    changes = [each["ResourceChange"] for page in pages for each in page.get("Changes", []) if "ResourceChange" in each]
    parameters = first.get("Parameters", [])
    resolved = {each["ParameterKey"]: each["ResolvedValue"] for each in parameters if "ResolvedValue" in each}
    template = template_of(cloudformation, StackName=first["StackId"], ChangeSetName=first["ChangeSetId"])
    given = {each["ParameterKey"]: each["ParameterValue"] for each in parameters if "ParameterValue" in each}
    return StackToDeploy(
        first["StackName"],
        _with_resolved(template, resolved),
        arn,
        region=region,
        parameters=given | resolved,
        changes={
            change["LogicalResourceId"]: ResourceChange(
                change.get("Action") == "Remove",
                _properties(change.get("BeforeContext")),
                _properties(change.get("AfterContext")),
            )
            for change in changes
            if change["ResourceType"] == RESOURCE_TYPE and _may_change_properties(change)
        },
        changed=frozenset(change["LogicalResourceId"] for change in changes),
    )


def _may_change_properties(change: Mapping[str, Any]) -> bool:
    """Whether CloudFormation will send a request. It sends none if only metadata or a deletion policy changes."""
    scope = change.get("Scope")
    return change.get("Action") != "Modify" or not scope or bool({"Properties", "Tags"} & set(scope))


def _is_empty(described: Mapping[str, Any]) -> bool:
    reason = described.get("StatusReason", "")
    return described["Status"] == "FAILED" and any(each in reason for each in _EMPTY)


def _check(described: Mapping[str, Any], arn: str) -> None:
    if described["Status"] != "CREATE_COMPLETE":
        why = described.get("StatusReason", "no reason is given")
        raise CommandError(f"change set {arn} is {described['Status']}, must be CREATE_COMPLETE: {why}")
    execution = described.get("ExecutionStatus", "AVAILABLE")
    if execution != "AVAILABLE":
        raise CommandError(f"change set {arn} can't be executed: its execution status is {execution}")


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


def _with_resolved(template: dict[str, Any], resolved: Mapping[str, str]) -> dict[str, Any]:
    """Gives each parameter that CloudFormation has read from Parameter Store the type of its value."""
    declared = template.get("Parameters") or {}
    read = {
        name: {**declared[name], "Type": match[1]}
        for name in resolved
        if name in declared and (match := _FROM_PARAMETER_STORE.fullmatch(declared[name].get("Type", "")))
    }
    return {**template, "Parameters": {**declared, **read}}


def _properties(context: str | None) -> dict[str, Any] | None:
    """The properties in the JSON with which a change set describes a resource before or after the change."""
    properties = json.loads(context).get("Properties") if context else None
    return _with_unknowns(properties) if isinstance(properties, dict) else None


def _with_unknowns(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_unknowns(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_unknowns(each) for each in value]
    why = next((why for text, why in _NOT_TOLD.items() if text in value), None) if isinstance(value, str) else None
    return KnownAtDeployment.of(value, why) if why is not None else value
