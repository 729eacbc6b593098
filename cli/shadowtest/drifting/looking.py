"""Looks at the resources of stacks."""

from collections.abc import Iterator, Mapping

from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import exports, named_stacks, stacks_with_experiments
from shadowtest.drifting.comparing import Resource, compare
from shadowtest.drifting.drift import Finding, Kind, ResourceDrift
from shadowtest.live_tests import stack_name
from shadowtest.planning.changes import imports_values
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.functions import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack

_AT_WORK = "_IN_PROGRESS"


def drifts_of(aws: Aws, names: tuple[str, ...]) -> list[ResourceDrift]:
    """Of the resources of these stacks, or of all stacks of the region that have any."""
    stacks = named_stacks(aws, names) if names else stacks_with_experiments(aws)
    known_exports = exports(aws) if any(imports_values(stack.template) for stack in stacks) else None
    resources = [each for stack in stacks for each in _resources(stack, known_exports)]
    sagemaker, now = ReadOnce(aws.client("sagemaker")), aws.now()
    return aws.each(lambda each: each if isinstance(each, ResourceDrift) else compare(each, sagemaker, now), resources)


def _resources(stack: DeployedStack, exports: Mapping[str, str] | None) -> Iterator[Resource | ResourceDrift]:
    values = as_deployed(stack, exports)
    for logical_id, resource in stack.template.get("Resources", {}).items():
        physical_id = stack.physical_ids.get(logical_id, "")
        if resource.get("Type") != RESOURCE_TYPE or not (physical_id or stack.status.endswith(_AT_WORK)):
            continue
        name = stack_name(stack.stack_id)
        if stack.status.endswith(_AT_WORK):
            # Its template may be the one that is being deployed.
            yield _untold(name, logical_id, physical_id, f"stack {name} is {stack.status}")
            continue
        try:
            properties = values.properties(logical_id)
        except MalformedFunctionError as error:
            yield _untold(name, logical_id, physical_id, str(error))
        else:
            yield Resource(name, stack.stack_id, logical_id, physical_id, properties)


def _untold(stack: str, logical_id: str, physical_id: str, why: str) -> ResourceDrift:
    return ResourceDrift(stack, logical_id, physical_id, None, (Finding(Kind.UNKNOWN, why),))
