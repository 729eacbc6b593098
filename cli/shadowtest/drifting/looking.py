"""Reads and compares the resources of stacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import exports, named_stacks, stacks_with_experiments
from shadowtest.drifting.comparing import Resource, compare
from shadowtest.drifting.drift import Finding, Kind, ResourceDrift
from shadowtest.planning.imports import imports_values
from shadowtest.templates.experiments import experiments_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack
from shadowtest.values.unknown import KnownAtDeployment


@dataclass(frozen=True)
class Looked:
    """``stacks``: the stacks that were read. ``errors``: what could not be read, one line each."""

    drifts: list[ResourceDrift]
    stacks: list[DeployedStack]
    errors: list[str]


def drifts_of(aws: Aws, names: tuple[str, ...]) -> Looked:
    """The drift of the resources of these stacks, or of all stacks of the region that have a shadow test."""
    found = named_stacks(aws, names) if names else stacks_with_experiments(aws)
    stacks, known_exports, without_exports = _with_exports(aws, found.found)
    resources = [each for stack in stacks for each in _resources(stack, known_exports)]
    sagemaker, now = ReadOnce(aws.client("sagemaker")), aws.now()
    compared = attempt_each(
        aws,
        lambda each: each if isinstance(each, ResourceDrift) else compare(each, sagemaker, now),
        resources,
        named=lambda each: f"{each.logical_id} of stack {each.stack}",
    )
    unread = [each for each in compared if isinstance(each, Failure)]
    drifts = [
        _untold(resource.stack, resource.logical_id, resource.physical_id, f"it can't be read: {drift.why}")
        if isinstance(drift, Failure) and isinstance(resource, Resource)
        else drift
        for resource, drift in zip(resources, compared, strict=True)
    ]
    errors = [*found.errors, *without_exports, *failures_in_words(unread, len(resources))]
    return Looked([each for each in drifts if isinstance(each, ResourceDrift)], stacks, errors)


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


def _resources(stack: DeployedStack, exports: Mapping[str, str] | None) -> Iterator[Resource | ResourceDrift]:
    values = as_deployed(stack, exports)
    for logical_id in experiments_of(stack.template):
        physical_id = stack.physical_ids.get(logical_id, "")
        if stack.in_progress:
            # The template may be the one that is currently being deployed.
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
