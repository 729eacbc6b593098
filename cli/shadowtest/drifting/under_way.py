"""Tests that have not ended: what others have done to them and to their endpoints."""

from collections.abc import Iterator

from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.steps import Call, Fail
from inference_experiment_handler.plan.displaced import displaced
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.drifting.drift import Finding, Kind
from shadowtest.planning.transitions import Open
from shadowtest.planning.what_if import Course


def of_live(
    situation: Situation, target: Target, course: Course, endpoint: ObservedEndpoint | None, *, has_drift: bool
) -> tuple[tuple[Finding, ...], str | None]:
    """What has drifted. If nothing has, also why the handler would refuse a change now.

    ``course``: what the handler would do for an Update of the description only. ``has_drift``: the fields have drifted.
    """
    experiment = target.experiment
    found = tuple(_found(situation, target, course, endpoint))
    if has_drift or any(each.kind.is_drift for each in found):
        return found, None
    match course.end:
        case Open():
            return (*found, Finding(Kind.UNKNOWN, course.end.why)), None
        case Fail() if experiment.not_started:
            # Its endpoint no longer allows the test.
            return (*found, Finding(Kind.ENDPOINT, course.end.why)), None
        case Fail():
            return found, course.end.why
    return found, None


def _found(
    situation: Situation, target: Target, course: Course, endpoint: ObservedEndpoint | None
) -> Iterator[Finding]:
    desired, experiment = situation.desired, target.experiment
    if experiment.status == Status.STOPPING:
        yield Finding(Kind.TEST, f"{experiment.name} is {experiment.status}: it was stopped, or it reached its end")
    start = desired.schedule.start
    if start is not None and start > situation.now and experiment.running:
        yield Finding(Kind.TEST, f"{experiment.name} is {experiment.status} before its start at {iso_instant(start)}")
    if any(isinstance(taken.step, Call) and taken.step.operation == operations.START for taken in course.taken):
        yield Finding(Kind.TEST, f"{experiment.name} is {experiment.status}, and should have started")
    if experiment.running and not (endpoint is not None and endpoint.in_transition):
        changed = displaced(experiment, endpoint)
        if changed is not None:
            yield Finding(Kind.ENDPOINT, changed)
