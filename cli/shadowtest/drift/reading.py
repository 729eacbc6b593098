"""Reads the drift of all shadow tests of stacks."""

from collections.abc import Iterator

from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import exports, named_stacks, stacks_with_experiments
from shadowtest.drift.comparing import drift_of
from shadowtest.drift.finding import ResourceDrift
from shadowtest.planning.change import Change
from shadowtest.planning.changes import imports_values
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.functions import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack, Place


def drifts(aws: Aws, names: tuple[str, ...]) -> list[ResourceDrift]:
    """Of these stacks; without names, of all stacks of the region that declare a shadow test."""
    stacks = named_stacks(aws, names) if names else stacks_with_experiments(aws)
    known_exports = exports(aws) if any(imports_values(stack.template) for stack in stacks) else None
    deployed = [each for stack in stacks for each in _experiments(stack, known_exports)]
    sagemaker, now = ReadOnce(aws.client("sagemaker")), aws.now()

    def read(each: tuple[str, Change] | ResourceDrift) -> ResourceDrift:
        return each if isinstance(each, ResourceDrift) else drift_of(*each, sagemaker, now)

    return aws.each(read, deployed)


def _experiments(
    stack: DeployedStack, known_exports: dict[str, str] | None
) -> Iterator[tuple[str, Change] | ResourceDrift]:
    resolver, name = as_deployed(stack, known_exports), Place.of(stack.stack_id).stack_name
    for logical_id, resource in stack.template.get("Resources", {}).items():
        if resource.get("Type") != RESOURCE_TYPE or logical_id not in stack.physical_ids:
            continue
        physical_id = stack.physical_ids[logical_id]
        try:
            properties = resolver.properties(logical_id)
        except MalformedFunctionError as error:
            yield ResourceDrift(name, logical_id, physical_id, unknown=(str(error),))
        else:
            yield name, Change(stack.stack_id, logical_id, properties, properties, physical_id)
