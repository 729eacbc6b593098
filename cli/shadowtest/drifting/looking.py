"""Reads and compares the resources of stacks."""

from dataclasses import dataclass

from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.deployed_resources import Resource, UnknownResource, deployed_resources, in_words
from shadowtest.drifting.comparing import compare
from shadowtest.drifting.drift import Finding, Kind, ResourceDrift
from shadowtest.values.stack import DeployedStack


@dataclass(frozen=True)
class Looked:
    """``stacks``: the stacks that were read. ``errors``: what could not be read, one line each."""

    drifts: list[ResourceDrift]
    stacks: list[DeployedStack]
    errors: list[str]


def drifts_of(aws: Aws, names: tuple[str, ...]) -> Looked:
    """The drift of the resources of these stacks, or of all stacks of the region that have a shadow test."""
    deployed = deployed_resources(aws, names)
    sagemaker, now = ReadOnce(aws.client("sagemaker")), aws.now()
    compared = attempt_each(
        aws,
        lambda each: compare(each, sagemaker, now) if isinstance(each, Resource) else _untold(each, each.why),
        deployed.found,
        named=in_words,
    )
    drifts = [
        _untold(resource, f"it can't be read: {drift.why}") if isinstance(drift, Failure) else drift
        for resource, drift in zip(deployed.found, compared, strict=True)
    ]
    unread = [each for each in compared if isinstance(each, Failure)]
    errors = [*deployed.errors, *failures_in_words(unread, len(deployed.found))]
    return Looked(drifts, deployed.stacks, errors)


def _untold(resource: Resource | UnknownResource, why: str) -> ResourceDrift:
    return ResourceDrift(resource.stack, resource.logical_id, resource.physical_id, None, (Finding(Kind.UNKNOWN, why),))
