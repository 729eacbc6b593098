"""Removes the experiment: a Delete, and the end of a run that another one replaces."""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.operations import DELETE, STOP
from inference_experiment_handler.model.steps import Call, Done, Fail, Purpose, Step, Wait
from inference_experiment_handler.model.tags import PENDING_STOP, VERIFIED, PendingStop
from inference_experiment_handler.plan import arguments, stack
from inference_experiment_handler.plan.calls import call_off, call_once, wait_for_stop, wait_for_stop_of_running
from inference_experiment_handler.plan.displaced import displaced, serves_production
from inference_experiment_handler.plan.ending_proof import ending_problem, shadow_left, stop_problem
from inference_experiment_handler.plan.endpoint import still_updating
from inference_experiment_handler.plan.fields import Arguments
from inference_experiment_handler.plan.keep_production import (
    as_intended,
    fewer_instances,
    kept_otherwise,
    removal_that_keeps_production,
)
from inference_experiment_handler.plan.lease import acquire_lease_to_remove, record_intent
from inference_experiment_handler.plan.resolution import resolve_ending
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.stop_in_effect import wait_for_stop_in_effect
from inference_experiment_handler.plan.takeover import release, takeover_is_rolled_back
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import DELETED_WITH, stop_reason, unhandled_status
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Action, Ending, Removal

_HOW_TO_GET_RID_OF_A_SHADOW = (
    "If it belongs to another test (`aws sagemaker list-inference-experiments` lists the tests), end that test and try "
    "again. If it belongs to no test, remove it from the endpoint (with a new endpoint configuration without "
    "ShadowProductionVariants). In both cases, you can also keep it: set its action to Retain in "
    "OnDelete.ModelVariantActions"
)


def plan_removal(situation: Situation) -> Step:
    """The step of a Delete. SUCCESS means that nothing runs any more unless it is declared to stay."""
    target = situation.target
    if target is None:
        return Done("there is no experiment to delete")
    if not target.ours:
        if target.owner_may_not_show_yet:
            return Wait(f"waiting for the tags of {target.name} to be visible")
        return Done(f"{target.name} does not belong to this resource and is not changed")
    if target.superseded:
        return Done(f"a newer request holds the lease of {target.name}, which is not changed")
    rolled_back = takeover_is_rolled_back(situation, target)
    if rolled_back is None:
        return stack.ask(situation, f"whether the takeover of {target.name} is rolled back")
    if rolled_back:
        return release(target) or Done(f"{target.name} existed before it was taken over, and continues unchanged")
    step = remove(situation, target, situation.request.removal, because=DELETED_WITH)
    if step is None and target.unverified:
        # The record stays, and another Delete may come. Then the endpoint may have another test's shadow variant.
        step = record_intent(target, Purpose.VERIFIED, {PENDING_STOP: VERIFIED})
    return step or Done(f"nothing of {target.name} runs; its record stays, with status {target.experiment.status}")


def remove(situation: Situation, target: Target, removal: Removal, *, because: str) -> Step | None:
    """The next step to end a test and delete its record; ``None`` if only a record is left.

    That is a record that is declared to stay, or that of a test without an endpoint, which no call can delete.

    ``because``: the beginning of the reason that SageMaker records.
    """
    reason = stop_reason(because, situation.request.owner)
    step = end(situation, target, removal, reason=reason, record_may_go=not removal.keeps_record)
    if step is not None or removal.keeps_record or not target.experiment.ended:
        return step
    return call_once(DELETE, target, {"Name": target.name})


def end(
    situation: Situation, target: Target, removal: Removal, *, reason: str, record_may_go: bool = False
) -> Step | None:
    """The next step to end a test and leave its endpoint as the removal declares; ``None`` if nothing runs."""
    experiment, ending = target.experiment, ending_of(target, removal)
    # A shadow variant with that name may be left from an earlier test.
    shadow_may_stay = not experiment.ran and removal.ending.shadow == Action.RETAIN
    if experiment.ended:
        return verify_stop(situation, target, ending, shadow_may_stay=shadow_may_stay)
    lease = acquire_lease_to_remove(target)
    if experiment.running and not experiment.unhandled:
        step = stop(situation, target, ending, reason=reason, record_may_go=record_may_go)
        return lease if lease is not None and isinstance(step, Wait) else step
    if lease is not None:
        return lease
    if experiment.in_transition:
        return Wait(f"waiting for {experiment.name}: {experiment.status}")
    if experiment.unhandled:
        return _end_in_unhandled_status(situation, target, ending, reason=reason, record_may_go=record_may_go)
    shadow_may_stay = shadow_may_stay or _was_kept_by_the_run_before(situation, target)
    return call_off_scheduled(situation, target, ending, reason=reason, shadow_may_stay=shadow_may_stay)


def _end_in_unhandled_status(
    situation: Situation, target: Target, ending: Ending, *, reason: str, record_may_go: bool
) -> Step:
    """Tries the calls that may be allowed for a while. Then it waits for another status, until the deadline.

    After a Stop was accepted, it waits: a Delete would lose its effect. While the shadow variant is on the endpoint, it
    does not call Delete, or the variant would be forgotten. The calls have their own purpose, because a conflict in
    this status does not apply to the next one.
    """
    experiment = target.experiment
    endpoint = situation.endpoint(experiment.endpoint_name)
    wait = still_updating(endpoint)
    if wait is not None:
        return wait
    stopping = wait_for_stop_in_effect(target, ending, endpoint)
    if stopping is not None:
        return replace(stopping, why=f"{stopping.why}; {unhandled_status(experiment)}")
    left = None if _was_kept_by_the_run_before(situation, target) else shadow_left(experiment, endpoint)
    kept = removal_that_keeps_production(ending, experiment, endpoint) if endpoint is not None else ending
    stoppable = kept is not None and bool(experiment.shadow_name)
    intent = _intend_stop(target, kept) if kept is not None and stoppable else None
    if intent is not None:
        return intent
    sent = [(STOP, arguments.stop(experiment, kept, reason))] if kept is not None and stoppable else []
    sent += [(DELETE, {"Name": target.name})] if record_may_go and left is None else []
    why, purpose = f"it is {target.experiment.status}", Purpose.UNHANDLED_STATUS
    calls = [Call(operation, target.name, each, why, purpose, tentative=True) for operation, each in sent]
    if not any(target.journal.certainly_completed(each, target.name) for each in (STOP, DELETE)):
        untried = [call for call in calls if call.key not in target.journal.conflicts]
        retried = [call for call in calls if not target.journal.in_conflict_for_good(call, target.now)]
        if untried or retried:
            return (untried or retried)[0]
    waiting = f"waiting for {target.name}: {unhandled_status(target.experiment)}"
    if left is not None:
        waiting += f"; {left}"
        if experiment.may_not_have_started:
            waiting += f". {_HOW_TO_GET_RID_OF_A_SHADOW}"
    if kept is None:
        waiting += f". {_how_to_make_it_stoppable(experiment, endpoint)}"
    return Wait(waiting)


def stop(
    situation: Situation, target: Target, ending: Ending, *, reason: str, record_may_go: bool = False
) -> Step | None:
    """The next step to end a running test; ``None`` if its endpoint no longer exists, so that nothing runs.

    In any case, production stays as it is served.
    """
    experiment = target.experiment
    endpoint = situation.endpoint(experiment.endpoint_name)
    if endpoint is None:
        return _end_without_endpoint(target, arguments.stop(experiment, ending, reason), record_may_go=record_may_go)
    wait = (
        wait_for_stop_of_running(target)
        or still_updating(endpoint)
        or wait_for_stop_in_effect(target, ending, endpoint)
    )
    if wait is not None:
        return wait
    kept = removal_that_keeps_production(ending, experiment, endpoint)
    if kept is None:
        return Fail(
            f"{displaced(experiment, endpoint)}. StopInferenceExperiment would replace what production serves, so "
            f"{target.name} is not stopped. {_how_to_make_it_stoppable(experiment, endpoint)}"
        )
    fewer = fewer_instances(kept, experiment, endpoint)
    step = call_once(STOP, target, arguments.stop(experiment, kept, reason, says=fewer))
    if isinstance(step, Call):
        why = f"{step.why}; {fewer}" if fewer else step.why
        step = replace(step, why=why, if_rejected=_how_to_stop_otherwise(kept, experiment, endpoint))
    return _intend_stop(target, kept) or step


def call_off_scheduled(
    situation: Situation, target: Target, ending: Ending, *, reason: str, shadow_may_stay: bool = False
) -> Step:
    """The next step to cancel a scheduled test, so that it leaves no shadow variant on its endpoint.

    ``shadow_may_stay``: a shadow variant is declared to be retained.
    """
    experiment = target.experiment
    endpoint = situation.endpoint(experiment.endpoint_name)
    wait = wait_for_stop(target) or still_updating(endpoint)
    if wait is not None:
        return wait
    left = None if shadow_may_stay else shadow_left(experiment, endpoint)
    if left is not None:
        left += f". {_HOW_TO_GET_RID_OF_A_SHADOW}"
    kept = removal_that_keeps_production(ending, experiment, endpoint) if endpoint is not None else ending
    if kept is None:
        if left is None:
            # Nothing of it is deployed, so only its record must be deleted.
            return _delete_scheduled(target) or Fail(
                f"{target.name} has not started and can't be deleted: "
                f"{target.journal.conflict_error(DELETE, target.name)}. "
                f"{_how_to_make_it_stoppable(experiment, endpoint)}"
            )
        return Fail(f"{left}. {_how_to_make_it_stoppable(experiment, endpoint)}")
    sent = arguments.stop(experiment, kept, reason)
    return _intend_stop(target, kept) or call_off(target, sent, shadow_left=left)


def _delete_scheduled(target: Target) -> Step | None:
    """The Delete of a test that has not started; ``None`` if SageMaker has rejected it for too long."""
    step = call_once(DELETE, target, {"Name": target.name}, tentative=True)
    refused = isinstance(step, Call) and target.journal.in_conflict_for_good(step, target.now)
    return None if refused else step


def _how_to_make_it_stoppable(experiment: ObservedExperiment, endpoint: ObservedEndpoint | None) -> str:
    name = endpoint.name if endpoint is not None else experiment.endpoint_name
    return (
        f"Update endpoint {name} to a configuration with exactly one production variant, named "
        f"{experiment.production_name}, with a model and an instance type, and try again"
    )


def _how_to_stop_otherwise(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> str:
    """What the user can do if SageMaker rejects a Stop that keeps another model in production than the test has."""
    own = experiment.variants.get(experiment.production_name)
    kept = next((each for each in ending.desired_variants if each.variant_name == experiment.production_name), None)
    if own is None or kept is None or names.same(own.model_name, kept.model_name):
        return ""
    if serves_production(experiment, endpoint):
        # The declaration changes the model.
        return ""
    billed = ", and its shadow variant is still billed" if shadow_left(experiment, endpoint) else ""
    return (
        f"{experiment.name} is still {experiment.status}{billed}. The Stop should keep model {kept.model_name}, which "
        f"production serves, but the test has model {own.model_name}. If SageMaker does not accept that, update "
        f"endpoint {endpoint.name} to a configuration without ShadowProductionVariants whose production variant "
        f"{own.variant_name} has model {own.model_name} on {own.instance_type}, and try again. Production serves "
        f"{own.model_name} until you deploy {kept.model_name} on {kept.instance_type} again"
    )


def _end_without_endpoint(target: Target, stop_arguments: Arguments, *, record_may_go: bool) -> Step | None:
    """Without its endpoint, nothing of a test runs. The calls for its record are tried once each."""
    journal = target.journal
    for operation, sent in ((STOP, stop_arguments), (DELETE, {"Name": target.name}))[: 2 if record_may_go else 1]:
        if journal.may_not_show_yet(operation, target.name, target.now):
            return Wait(f"waiting for {operation} to take effect")
        tried = journal.perhaps_completed(operation, target.name) or journal.in_conflict(operation, target.name)
        if not tried:
            return Call(operation, target.name, sent, "its endpoint no longer exists", tentative=True)
    return None


def _intend_stop(target: Target, ending: Ending) -> Call | None:
    """The call that records how the test will end; ``None`` if it is recorded, or can't be.

    Production may change between two attempts of one request, so each intent has its own purpose.
    """
    intent = PendingStop(ending.shadow, target.request.token, kept_otherwise(ending, target.experiment))
    purpose = f"{Purpose.STOP} {intent.in_journal}"
    # The intent in the journal comes first: the Stop that follows must have the intent that this delivery recorded,
    # and the tag may show the intent of another delivery.
    recorded = target.journaled_stop_intent or target.stop_intent
    if intent == recorded and not target.is_overwritten(purpose):
        return None
    return record_intent(target, purpose, {PENDING_STOP: intent.on_tag}, again=True)


def ending_of(target: Target, removal: Removal) -> Ending:
    """How a test ends when it is removed.

    If it was never completely created, or never ran, nothing of it is promoted or kept.
    """
    if not target.came_about or not target.experiment.ran:
        return Ending()
    return resolve_ending(removal.ending, target.experiment)


def verify_stop(situation: Situation, target: Target, ending: Ending, *, shadow_may_stay: bool) -> Step | None:
    """Checks the endpoint after a Stop: a wait while it is updated, a failure if it is not as the ending declares."""
    if not target.unverified or shadow_may_stay:
        return None
    experiment, intent = target.experiment, target.stop_intent
    if not target.stopped_by_this_request:
        # An earlier request has reported the problem. A billed variant must still be removed.
        if (target.pending_stop.action or ending.shadow) == Action.RETAIN:
            return None
        ending = Ending(shadow=Action.REMOVE)
    elif intent is not None:
        ending = as_intended(ending, intent, experiment)
    endpoint = situation.endpoint(experiment.endpoint_name)
    if endpoint is None:
        # Nothing of it runs.
        return None
    wait = still_updating(endpoint)
    if wait is not None:
        return wait
    if ending.shadow == Action.REMOVE and _is_kept_by_the_run_before(situation, target):
        ending = replace(ending, shadow=Action.RETAIN)
    problem = (
        stop_problem(ending, experiment, endpoint, intent.production if intent else "")
        if target.stopped_by_this_request
        else ending_problem(ending, experiment, endpoint)
    )
    said = f" ({experiment.status_reason})" if experiment.status_reason else ""
    how = "" if experiment.ran else f". {_HOW_TO_GET_RID_OF_A_SHADOW}"
    return Fail(f"{problem}; the experiment is {experiment.status}{said}{how}") if problem else None


def _is_kept_by_the_run_before(situation: Situation, target: Target) -> bool:
    """Whether a rollback finds the shadow variant on the endpoint that the restored run should keep.

    Both runs had the same shadow variant, and it is not known to which one it belongs.
    """
    before = situation.target
    if target is not situation.predecessor or before is None or not before.experiment.ended:
        return False
    declared, experiment = situation.declared, before.experiment
    if not names.same(experiment.endpoint_name, target.experiment.endpoint_name):
        return False
    endings = [declared.removal.ending, *filter(None, [declared.conclusion])]
    return (
        any(ending.shadow == Action.RETAIN for ending in endings)
        and names.same(experiment.shadow_name, target.experiment.shadow_name)
        and shadow_left(experiment, situation.endpoint(target.experiment.endpoint_name)) is not None
    )


def _was_kept_by_the_run_before(situation: Situation, target: Target) -> bool:
    """Whether the Stop of the restored run is known to have kept its shadow variant.

    A run that has not started may be deleted without a Stop, so what the restored run should keep is not enough: it may
    have ended by its schedule, by hand or by an alarm.
    """
    before = situation.target
    if before is None or not _is_kept_by_the_run_before(situation, target):
        return False
    experiment, declared = before.experiment, situation.declared
    if PENDING_STOP not in before.tags or not experiment.ran or experiment.ended_by_alarm:
        return False
    ending = declared.conclusion or declared.removal.ending
    return (before.pending_stop.action or ending.shadow) == Action.RETAIN
