"""The experiments that deployed stacks declare, with their properties as they are deployed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import exports, named_stacks, stacks_with_experiments
from shadowtest.planning.imports import imports_values
from shadowtest.templates.experiments import experiments_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack
from shadowtest.values.unknown import KnownAtDeployment


@dataclass(frozen=True)
class Resource:
    """A deployed resource. In ``properties``, a value that only CloudFormation knows is a ``KnownAtDeployment``."""

    stack: str
    stack_id: str
    logical_id: str
    physical_id: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class UnknownResource:
    """A resource whose properties are not known. ``why``: the reason, as a clause."""

    stack: str
    logical_id: str
    physical_id: str
    why: str


@dataclass(frozen=True)
class DeployedResources:
    """The resources of some stacks. ``stacks``: those that were read. ``errors``: a line for each failed read."""

    found: list[Resource | UnknownResource]
    stacks: list[DeployedStack]
    errors: list[str]


def deployed_resources(aws: Aws, names: tuple[str, ...]) -> DeployedResources:
    """The resources of these stacks, or of all stacks of the region that have a shadow test."""
    read = named_stacks(aws, names) if names else stacks_with_experiments(aws)
    stacks, known_exports, without_exports = _with_exports(aws, read.found)
    found = [each for stack in stacks for each in resources_in(stack, known_exports)]
    return DeployedResources(found, stacks, [*read.errors, *without_exports])


def in_words(resource: Resource | UnknownResource) -> str:
    return f"{resource.logical_id} of stack {resource.stack}"


def _with_exports(
    aws: Aws, stacks: Sequence[DeployedStack]
) -> tuple[list[DeployedStack], dict[str, str] | None, list[str]]:
    """The stacks whose values can be known, the region's exports if a stack uses them, and why the others can't be
    read.
    """
    importing = [stack for stack in stacks if imports_values(stack.template)]
    if not importing:
        return list(stacks), None, []
    (read,) = attempt_each(aws, exports, [aws], named=lambda _: "exports")
    if not isinstance(read, Failure):
        return list(stacks), read, []
    failures = [Failure(f"stack {stack.name}", read.why) for stack in importing]
    return [stack for stack in stacks if stack not in importing], None, failures_in_words(failures, len(stacks))


def resources_in(stack: DeployedStack, exports: Mapping[str, str] | None) -> Iterator[Resource | UnknownResource]:
    """The resources of one stack. ``exports``: those of the region; ``None`` if they were not read."""
    values = as_deployed(stack, exports)
    for logical_id in experiments_of(stack.template):
        physical_id = stack.physical_ids.get(logical_id, "")
        if stack.in_progress:
            # The template may be the one that is currently being deployed.
            yield UnknownResource(stack.name, logical_id, physical_id, f"stack {stack.name} is {stack.status}")
            continue
        if not physical_id:
            continue
        try:
            properties = values.properties(logical_id)
        except MalformedFunctionError as error:
            yield UnknownResource(stack.name, logical_id, physical_id, str(error))
            continue
        if isinstance(properties, KnownAtDeployment):
            why = f"its properties are known only to CloudFormation ({properties.why})"
            yield UnknownResource(stack.name, logical_id, physical_id, why)
        else:
            yield Resource(stack.name, stack.stack_id, logical_id, physical_id, properties)
