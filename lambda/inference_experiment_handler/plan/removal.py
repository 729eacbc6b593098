"""Make it go: a Delete, and the old run that a new one replaces on the same endpoint."""

from dataclasses import replace

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import KNOWN_STATUSES, Status
from inference_experiment_handler.model.operations import DELETE, STOP
from inference_experiment_handler.model.steps import Done, Fail, Step, Wait
from inference_experiment_handler.observer import Observation, Sight, unproven
from inference_experiment_handler.plan import arguments
from inference_experiment_handler.plan.calls import call_once, called_off
from inference_experiment_handler.plan.endpoint import still_updating, why_not_ended_so
from inference_experiment_handler.plan.lease import announcing, lost_charge, stopped_by, taking_charge
from inference_experiment_handler.runtime.event import Request
from inference_experiment_handler.spec.declaration import Ending, Removal


def decide_removal(request: Request, seen: Observation, progress: Progress) -> Step:
    """The step of a Delete. SUCCESS means that nothing runs any more which is not declared to stay."""
    sight = seen.sight
    if sight is None:
        return Done("there is no experiment to delete")
    name = sight.experiment.name
    if not progress.in_charge(name) and not request.owns(name, sight.tags):
        if sight.owner_may_not_show_yet(seen.now):
            return Wait(f"waiting for the tags of {name} to show")
        return Done(f"{name} is not this resource's and stays untouched")
    if lost_charge(request, sight, progress):
        return Done(f"a newer request is in charge of {name}, which stays untouched")
    return removed(request, sight, request.removal, seen, progress, because="deleted with") or Done("it has ended")


def removed(
    request: Request, sight: Sight, declared: Removal, seen: Observation, progress: Progress, *, because: str
) -> Step | None:
    """The next step towards an ended test without a record; ``None`` where the record is to stay, and is all there is.

    ``because``: the beginning of the reason that SageMaker records.
    """
    reason = f"{because} {request.owner.logical_id} of stack {request.owner.stack_id}"
    step = ended(request, sight, declared, seen, progress, reason=reason, record_may_go=not declared.keeps_record)
    if step is not None or declared.keeps_record:
        return step
    return call_once(DELETE, sight.experiment, {"Name": sight.experiment.name}, progress, seen)


def ended(
    request: Request,
    sight: Sight,
    declared: Removal,
    seen: Observation,
    progress: Progress,
    *,
    reason: str,
    record_may_go: bool = False,
) -> Step | None:
    """The next step towards an ended test whose endpoint is as its removal declares; ``None`` once it is there."""
    experiment = sight.experiment
    ending = ending_of(sight, declared)
    if experiment.status not in KNOWN_STATUSES:
        return Fail(f"{experiment.name} has status {experiment.status!r}, which this version does not know")
    if experiment.ended:
        return _unlike_its_ending(request, sight, ending, seen, progress)
    if experiment.status == Status.RUNNING:
        return stop(request, sight, ending, seen, progress, reason=reason)
    charge = taking_charge(request, sight, progress)
    if charge is not None and charge.key not in progress.refusals:
        # What is to go goes even where tags can't be written any more.
        return replace(charge, tentative=True)
    if experiment.in_transition:
        return Wait(f"waiting for {experiment.name}: {experiment.status}")
    call_off = arguments.stop(experiment, ending, reason)
    return called_off(experiment, call_off, seen, progress, record_may_go=record_may_go)


def stop(request: Request, sight: Sight, ending: Ending, seen: Observation, progress: Progress, *, reason: str) -> Step:
    """The next step towards a running test's end."""
    announcement = announcing(request, sight, progress, "end", {ownership.ENDING: f"{ending.shadow} {request.token}"})
    if announcement is not None:
        return announcement
    return call_once(STOP, sight.experiment, arguments.stop(sight.experiment, ending, reason), progress, seen)


def _unlike_its_ending(
    request: Request, sight: Sight, ending: Ending, seen: Observation, progress: Progress
) -> Step | None:
    """What follows where a stopped test has left its endpoint otherwise than its ending declares."""
    if not unproven(sight, progress):
        return None
    experiment, announced = sight.experiment, ownership.announced(sight.tags)
    if not stopped_by(request, sight, progress):
        # An earlier request has said what went wrong. What bills must go all the same.
        if announced.action == "Retain":
            return None
        ending = Ending(shadow="Remove")
    elif announced.action not in ("", ending.shadow):
        # When it was stopped, the tags did not yet show that it had come about. What was announced then holds.
        production = "Remove" if announced.action == "Promote" else "Retain"
        ending = Ending(production=production, shadow=announced.action)
    endpoint = seen.endpoint(experiment.endpoint_name)
    problem = why_not_ended_so(ending, experiment.endpoint_name, experiment.shadow_name, experiment.variants, endpoint)
    said = f" ({experiment.status_reason})" if experiment.status_reason else ""
    failed = Fail(f"{problem}; the experiment is {experiment.status}{said}") if problem else None
    return still_updating(endpoint) or failed


def ending_of(sight: Sight, declared: Removal) -> Ending:
    """A test that never came about as declared, or never ran, is no ground for promoting or keeping anything."""
    return declared.ending if sight.succeeded and sight.experiment.ran else Removal().ending
