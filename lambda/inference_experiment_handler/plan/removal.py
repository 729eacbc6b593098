"""Make it go: a Delete, and an end on the way of another run."""

from dataclasses import replace

from inference_experiment_handler.model.operations import DELETE, STOP
from inference_experiment_handler.model.steps import Call, Done, Fail, Purpose, Step, Wait
from inference_experiment_handler.model.tags import PENDING_STOP
from inference_experiment_handler.plan import arguments
from inference_experiment_handler.plan.calls import call_off, call_once
from inference_experiment_handler.plan.displaced import displaced
from inference_experiment_handler.plan.ending_proof import ending_problem, mixed_problem, production_problem
from inference_experiment_handler.plan.endpoint import still_updating
from inference_experiment_handler.plan.fields import Arguments
from inference_experiment_handler.plan.keep_production import keep_production, kept_model
from inference_experiment_handler.plan.lease import acquire_lease, record_intent
from inference_experiment_handler.plan.situation import Situation, Target
from inference_experiment_handler.plan.wording import unhandled_status
from inference_experiment_handler.spec.declaration import Action, Ending, Removal


def plan_removal(situation: Situation) -> Step:
    """The step of a Delete. SUCCESS means that nothing runs any more which is not declared to stay."""
    target = situation.target
    if target is None:
        return Done("there is no experiment to delete")
    if not target.ours:
        if target.owner_may_not_show_yet:
            return Wait(f"waiting for the tags of {target.name} to show")
        return Done(f"{target.name} is not this resource's and stays untouched")
    if target.superseded:
        return Done(f"a newer request holds the lease of {target.name}, which stays untouched")
    return remove(situation, target, situation.request.removal, because="deleted with") or Done("it has ended")


def remove(situation: Situation, target: Target, removal: Removal, *, because: str) -> Step | None:
    """The next step towards an ended test without a record; ``None`` once only a record is left that is to stay.

    ``because``: the beginning of the reason that SageMaker records.
    """
    owner = situation.request.owner
    reason = f"{because} {owner.logical_id} of stack {owner.stack_id}"
    step = end(situation, target, removal, reason=reason, record_may_go=not removal.keeps_record)
    if step is not None or removal.keeps_record:
        return step
    return call_once(DELETE, target, {"Name": target.name})


def end(
    situation: Situation, target: Target, removal: Removal, *, reason: str, record_may_go: bool = False
) -> Step | None:
    """The next step towards an ended test whose endpoint is as its removal declares; ``None`` once it is there."""
    experiment, ending = target.experiment, ending_of(target, removal)
    if experiment.ended:
        return _verify_stop(situation, target, ending)
    if experiment.running:
        return stop(situation, target, ending, reason=reason, record_may_go=record_may_go)
    lease = acquire_lease(target)
    if lease is not None and lease.key not in target.journal.conflicts:
        # What is to go goes even where tags can't be written any more.
        return replace(lease, tentative=True)
    if experiment.in_transition:
        return Wait(f"waiting for {experiment.name}: {experiment.status}")
    if experiment.not_started:
        return call_off_scheduled(situation, target, ending, reason=reason)
    return _end_in_unhandled_status(target, ending, reason=reason, record_may_go=record_may_go)


def _end_in_unhandled_status(target: Target, ending: Ending, *, reason: str, record_may_go: bool) -> Step:
    """What may be legal is tried for a while; then the status may still pass, until the deadline.

    A Stop that is accepted is waited for: a Delete would lose what it does. The calls have a purpose of their own,
    because a conflict in this status says nothing of the next.
    """
    intent = _intend_stop(target, ending)
    if intent is not None:
        return intent
    sent = [(STOP, arguments.stop(target.experiment, ending, reason)), (DELETE, {"Name": target.name})]
    why, purpose = f"it is {target.experiment.status}", Purpose.UNHANDLED_STATUS
    calls = [
        Call(operation, target.name, each, why, purpose, tentative=True)
        for operation, each in (sent if record_may_go else sent[:1])
    ]
    if not any(call.key in target.journal.completed for call in calls):
        untried = [call for call in calls if call.key not in target.journal.conflicts]
        retried = [call for call in calls if not target.journal.in_conflict_for_good(call, target.now)]
        if untried or retried:
            return (untried or retried)[0]
    return Wait(f"waiting for {target.name}: {unhandled_status(target.experiment)}")


def stop(situation: Situation, target: Target, ending: Ending, *, reason: str, record_may_go: bool = False) -> Step:
    """The next step towards a running test's end. Whatever becomes of the test, production stays as it is served."""
    experiment = target.experiment
    endpoint = situation.endpoint(experiment.endpoint_name)
    if endpoint is None:
        return _end_without_endpoint(target, arguments.stop(experiment, ending, reason), record_may_go=record_may_go)
    journal = target.journal
    if journal.is_completed(STOP, target.name) or journal.may_not_show_yet(STOP, target.name, situation.now):
        return Wait(f"waiting for {STOP} to show")
    wait = still_updating(endpoint)
    if wait is not None:
        return wait
    # A variant that is no longer on the endpoint can be neither promoted nor kept.
    kept = keep_production(ending, experiment, endpoint) or keep_production(Removal().ending, experiment, endpoint)
    if kept is None:
        return Fail(
            f"{displaced(experiment, endpoint)}. StopInferenceExperiment would replace what production serves, so "
            f"{target.name} is not stopped. Update the endpoint to a configuration with one production variant, "
            f"{experiment.production_name}, and try again"
        )
    return _intend_stop(target, kept) or call_once(STOP, target, arguments.stop(experiment, kept, reason))


def call_off_scheduled(situation: Situation, target: Target, ending: Ending, *, reason: str) -> Step:
    """The next step towards a scheduled test that never starts, and leaves no shadow variant on its endpoint."""
    experiment = target.experiment
    endpoint = situation.endpoint(experiment.endpoint_name)
    sent, shadow_left = arguments.stop(experiment, ending, reason), ending_problem(ending, experiment, endpoint)
    return still_updating(endpoint) or _intend_stop(target, ending) or call_off(target, sent, shadow_left=shadow_left)


def _end_without_endpoint(target: Target, stop_arguments: Arguments, *, record_may_go: bool) -> Step:
    """Without its endpoint nothing of a test runs. What can be done about its record is tried."""
    for operation, sent in ((STOP, stop_arguments), (DELETE, {"Name": target.name}))[: 2 if record_may_go else 1]:
        if not target.journal.in_conflict(operation, target.name):
            return call_once(operation, target, sent, tentative=True)
    gone = f"endpoint {target.experiment.endpoint_name} does not exist any more, so nothing of {target.name} runs"
    return Done(f"{gone}. SageMaker keeps its record, which is {target.experiment.status}")


def _intend_stop(target: Target, ending: Ending) -> Call | None:
    kept = kept_model(target.experiment, ending)
    intent = " ".join(filter(None, (ending.shadow, target.request.token, kept)))
    return record_intent(target, Purpose.STOP, {PENDING_STOP: intent})


def ending_of(target: Target, removal: Removal) -> Ending:
    """How a test ends where it is removed.

    One that never came about as desired, or never ran, is no ground for promoting or keeping anything.
    """
    return removal.ending if target.came_about and target.experiment.ran else Removal().ending


def _verify_stop(situation: Situation, target: Target, ending: Ending) -> Step | None:
    """Checks the endpoint after a Stop: a wait while it is updated, a failure if it is not as the ending declares."""
    if not target.unverified:
        return None
    experiment, pending = target.experiment, target.pending_stop
    if not target.stopped_by_this_request:
        # An earlier request has said what went wrong. What bills must go all the same.
        if pending.action == Action.RETAIN:
            return None
        ending = Ending(shadow=Action.REMOVE)
    elif pending.action not in ("", ending.shadow):
        # When it was stopped, the tags did not yet show that it had come about. What was recorded then holds.
        production = Action.REMOVE if pending.action == Action.PROMOTE else Action.RETAIN
        ending = Ending(production=production, shadow=pending.action)
    endpoint = situation.endpoint(experiment.endpoint_name)
    wait = still_updating(endpoint)
    if wait is not None:
        return wait
    problem = ending_problem(ending, experiment, endpoint) or production_problem(pending.kept_model, endpoint)
    if target.stopped_by_this_request:
        problem = problem or mixed_problem(endpoint)
    said = f" ({experiment.status_reason})" if experiment.status_reason else ""
    return Fail(f"{problem}; the experiment is {experiment.status}{said}") if problem else None
