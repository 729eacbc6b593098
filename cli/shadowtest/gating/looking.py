"""Looks at the gates of stacks."""

from dataclasses import dataclass

from inference_experiment_handler.evidence.judging import judge
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.observer import read_evidence
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.deployed_resources import Resource, UnknownResource, deployed_resources, in_words
from shadowtest.gating.declared import PROMOTE_IF, declared_gate
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.live_tests import described
from shadowtest.values.stack import DeployedStack

_ENDED = "the test has ended"


@dataclass(frozen=True)
class Looked:
    """``stacks``: those that were looked at. ``errors``: what could not be read, a line each."""

    gates: list[GateOfTest]
    stacks: list[DeployedStack]
    errors: list[str]


def gates_of(aws: Aws, names: tuple[str, ...]) -> Looked:
    """Of the tests of these stacks; without names, of the tests of the region that have not ended."""
    deployed = deployed_resources(aws, names)
    gated = [each for each in deployed.found if isinstance(each, UnknownResource) or PROMOTE_IF in each.properties]
    judged = attempt_each(aws, lambda each: _judged(each, aws), gated, named=in_words)
    gates = [
        _not_judged(resource, f"it can't be read: {gate.why}") if isinstance(gate, Failure) else gate
        for resource, gate in zip(gated, judged, strict=True)
    ]
    unread = [each for each in judged if isinstance(each, Failure)]
    errors = [*deployed.errors, *failures_in_words(unread, len(gated))]
    return Looked([gate for gate in gates if names or gate.not_judged != _ENDED], deployed.stacks, errors)


def _judged(resource: Resource | UnknownResource, aws: Aws) -> GateOfTest:
    """Raises a ``ServiceError`` if a read fails."""
    if isinstance(resource, UnknownResource):
        return _not_judged(resource, resource.why)
    test = described(aws, resource.stack, resource.logical_id, resource.physical_id)
    if test is None:
        return _not_judged(resource, f"there is no experiment {resource.physical_id}")
    experiment, gate = test.experiment, declared_gate(resource.properties)
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
    """Why no gate of it can be judged; empty if one can."""
    if experiment.ended:
        return _ENDED
    if experiment.not_started or experiment.coming_up:
        return "the test has not started"
    return "" if experiment.status in (Status.RUNNING, Status.UPDATING) else "the test does not run"


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
