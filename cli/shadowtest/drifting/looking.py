"""Looks at the resources of stacks."""

from collections.abc import Iterator, Mapping

from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import exports, named_stacks, stacks_with_experiments
from shadowtest.drifting.comparing import Resource, compare
from shadowtest.drifting.drift import Finding, Kind, ResourceDrift
from shadowtest.planning.changes import imports_values
from shadowtest.templates.experiments import experiments_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack
from shadowtest.values.unknown import KnownAtDeployment


def drifts_of(aws: Aws, names: tuple[str, ...]) -> list[ResourceDrift]:
    """Of the resources of these stacks, or of all stacks of the region that have any."""
    stacks = named_stacks(aws, names) if names else stacks_with_experiments(aws)
    known_exports = exports(aws) if any(imports_values(stack.template) for stack in stacks) else None
    resources = [each for stack in stacks for each in _resources(stack, known_exports)]
    sagemaker, now = ReadOnce(aws.client("sagemaker")), aws.now()
    return aws.each(lambda each: each if isinstance(each, ResourceDrift) else compare(each, sagemaker, now), resources)


def _resources(stack: DeployedStack, exports: Mapping[str, str] | None) -> Iterator[Resource | ResourceDrift]:
    values = as_deployed(stack, exports)
    for logical_id in experiments_of(stack.template):
        physical_id = stack.physical_ids.get(logical_id, "")
        if stack.in_progress:
            # Its template may be the one that is being deployed.
            yield _untold(stack.name, logical_id, physical_id, f"stack {stack.name} is {stack.status}")
            continue
        if not physical_id:
            continue
        try:
            properties = values.properties(logical_id)
        except MalformedFunctionError as error:
            yield _untold(stack.name, logical_id, physical_id, str(error))
            continue
        if isinstance(properties, KnownAtDeployment):
            why = f"its properties are known only to CloudFormation ({properties.why})"
            yield _untold(stack.name, logical_id, physical_id, why)
        else:
            yield Resource(stack.name, stack.stack_id, logical_id, physical_id, properties)


def _untold(stack: str, logical_id: str, physical_id: str, why: str) -> ResourceDrift:
    return ResourceDrift(stack, logical_id, physical_id, None, (Finding(Kind.UNKNOWN, why),))
