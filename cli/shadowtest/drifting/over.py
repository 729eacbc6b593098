"""Tests that are over: the experiment has ended, or does not exist."""

from collections.abc import Iterator
from datetime import timedelta

from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.steps import Done, Fail
from inference_experiment_handler.model.tags import PENDING_STOP
from inference_experiment_handler.plan.ending_proof import shadow_left
from inference_experiment_handler.plan.resolution import Test, resolve_by_endpoint
from inference_experiment_handler.plan.schedule import desired_end
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import ended_words
from inference_experiment_handler.spec.declaration import Action
from inference_experiment_handler.spec.limits import DEFAULT_TEST
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.drifting.drift import Finding, Kind
from shadowtest.planning.what_if import Course

_CLOSE = timedelta(minutes=1)


def of_absent(situation: Situation, course: Course, endpoint: ObservedEndpoint | None) -> Iterator[Finding]:
    """``course``: what the handler would do for an Update to the declared properties."""
    if not (isinstance(course.end, Done) and not course.taken):
        yield Finding(Kind.TEST, f"there is no experiment {situation.request.name}")
    served = endpoint.production[0] if endpoint is not None and len(endpoint.production) == 1 else None
    test = resolve_by_endpoint(situation.declared, served)
    if test is not None:
        yield from _left(situation, test, endpoint)


def of_ended(
    situation: Situation, target: Target, course: Course, endpoint: ObservedEndpoint | None
) -> Iterator[Finding]:
    """``course``: what the handler would do for an Update to the declared properties."""
    experiment = target.experiment
    if isinstance(course.end, Fail):
        yield Finding(Kind.TEST, course.end.why)
    elif situation.desired.conclusion is None:
        end = desired_end(situation.desired, experiment)
        if end is None and experiment.start is not None:
            end = experiment.start + DEFAULT_TEST
        concluded = experiment.concluded
        if experiment.was_cancelled:
            yield Finding(Kind.TEST, f"{ended_words(experiment)}: {_who_stopped(target)}")
        elif concluded is not None and end is not None and concluded < end - _CLOSE:
            yield Finding(Kind.TEST, f"{ended_words(experiment)}, before its declared end at {iso_instant(end)}")
    yield from _left(situation, experiment, endpoint)


def _who_stopped(target: Target) -> str:
    if target.experiment.ended_by_alarm:
        return "its guardrail stopped it"
    if PENDING_STOP in target.tags:
        return "a deployment of its stack stopped it, and was rolled back"
    return "it was stopped outside CloudFormation, or SageMaker stopped it"


def _left(situation: Situation, test: Test, endpoint: ObservedEndpoint | None) -> Iterator[Finding]:
    conclusion = situation.declared.conclusion
    left = shadow_left(test, endpoint)
    if left is not None and (conclusion is None or conclusion.shadow != Action.RETAIN):
        yield Finding(Kind.ENDPOINT, left)
