"""Reads and judges the gates of stacks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference_experiment_handler.evidence.judging import judge
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.observer import read_evidence
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.deployed_resources import Resource, UnknownResource, deployed_resources, in_words, resources_in
from shadowtest.gating.declared import PROMOTE_IF, declared_gate
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.gating.promoted import is_promoted_as_declared
from shadowtest.live_tests import LiveTest, described
from shadowtest.values.stack import DeployedStack


@dataclass(frozen=True)
class Looked:
    """``stacks``: the stacks that were read. ``errors``: what could not be read, one line each."""

    gates: list[GateOfTest]
    stacks: list[DeployedStack]
    errors: list[str]


def gates_of(aws: Aws, names: tuple[str, ...]) -> Looked:
    """The gates of the tests of these stacks; without names, of all tests of the region that have not ended."""
    deployed = deployed_resources(aws, names)
    gated = [each for each in deployed.found if isinstance(each, UnknownResource) or PROMOTE_IF in each.properties]
    judged = attempt_each(aws, lambda each: _judged(each, aws), gated, named=in_words)
    gates = [
        _not_judged(resource, _unread(gate)) if isinstance(gate, Failure) else gate
        for resource, gate in zip(gated, judged, strict=True)
    ]
    unread = [each for each in judged if isinstance(each, Failure)]
    errors = [*deployed.errors, *failures_in_words(unread, len(gated))]
    return Looked([gate for gate in gates if names or not gate.is_over], deployed.stacks, errors)


def gates_beside(aws: Aws, stacks: Sequence[DeployedStack], tests: Sequence[LiveTest]) -> list[GateOfTest | None]:
    """The gate of each of these tests; ``None`` if none of these stacks declares one for it, or the test has ended.

    A gate that can't be read is not judged.
    """
    resources = {(each.stack, each.logical_id): each for stack in stacks for each in resources_in(stack, None)}

    def judged(test: LiveTest) -> GateOfTest | None:
        resource = resources.get((test.stack, test.logical_id))
        if not isinstance(resource, Resource) or PROMOTE_IF not in resource.properties or test.experiment.ended:
            return None
        return _judged_test(resource, test, aws)

    read = attempt_each(aws, judged, tests, named=lambda test: f"the gate of experiment {test.experiment.name}")
    return [
        GateOfTest(test.stack, test.logical_id, test.experiment.name, not_judged=_unread(gate))
        if isinstance(gate, Failure)
        else gate
        for test, gate in zip(tests, read, strict=True)
    ]


def _unread(failure: Failure) -> str:
    return f"it can't be read: {failure.why}"


def _judged(resource: Resource | UnknownResource, aws: Aws) -> GateOfTest:
    """Raises a ``ServiceError`` if a read fails."""
    if isinstance(resource, UnknownResource):
        return _not_judged(resource, resource.why)
    test = described(aws, resource.stack, resource.logical_id, resource.physical_id)
    if test is None:
        return _not_judged(resource, f"there is no experiment {resource.physical_id}")
    return _judged_test(resource, test, aws)


def _judged_test(resource: Resource, test: LiveTest, aws: Aws) -> GateOfTest:
    """Raises a ``ServiceError`` if a read fails."""
    experiment, gate = test.experiment, declared_gate(resource.properties)
    if is_promoted_as_declared(resource, test, aws.client("sagemaker")):
        promoted = _not_judged(resource, "the shadow variant is promoted as declared", experiment)
        return replace(promoted, is_promoted=True)
    why = _why_not(experiment) or (gate if isinstance(gate, str) else "")
    if isinstance(gate, str) or why:
        return _not_judged(resource, why, experiment)
    evidence = read_evidence(gate, experiment, aws.client("cloudwatch"), test.seen)
    return GateOfTest(
        resource.stack,
        resource.logical_id,
        experiment.name,
        experiment.status,
        experiment.end,
        judge(gate, experiment, evidence),
    )


def _why_not(experiment: ObservedExperiment) -> str:
    """Why a gate of the experiment can't be judged; empty if it can."""
    if experiment.ended:
        return "the test has ended"
    if experiment.not_started or experiment.coming_up:
        return "the test has not started"
    return "" if experiment.status in (Status.RUNNING, Status.UPDATING) else "the test is not running"


def _not_judged(
    resource: Resource | UnknownResource, why: str, experiment: ObservedExperiment | None = None
) -> GateOfTest:
    return GateOfTest(
        resource.stack,
        resource.logical_id,
        experiment.name if experiment is not None else resource.physical_id,
        experiment.status if experiment is not None else None,
        experiment.end if experiment is not None else None,
        not_judged=why,
    )
