"""There is an experiment of that name: check its owner, and bring it to the desired state."""

from dataclasses import replace

from inference_experiment_handler.model.operations import ADD_TAGS, CREATE, START
from inference_experiment_handler.model.steps import Call, Done, Fail, Infeasible, Purpose, Step, Wait
from inference_experiment_handler.model.tags import STARTED, owner_in_words
from inference_experiment_handler.plan import diff
from inference_experiment_handler.plan.awaited import while_awaited
from inference_experiment_handler.plan.calls import call_once, wait_for_stop, wait_for_stop_of_running
from inference_experiment_handler.plan.displaced import displaced
from inference_experiment_handler.plan.ended import plan_ended
from inference_experiment_handler.plan.endpoint import placement_matters, still_updating
from inference_experiment_handler.plan.feasibility import infeasible_fields
from inference_experiment_handler.plan.fields import FIELDS, Field
from inference_experiment_handler.plan.finalize import finalize
from inference_experiment_handler.plan.gate import held_up, may_be_refused
from inference_experiment_handler.plan.keep_production import keep_production
from inference_experiment_handler.plan.lease import acquire_lease, record_intent
from inference_experiment_handler.plan.live_count import lacks_instances, pins_what_was_taken, sent_with
from inference_experiment_handler.plan.removal import call_off_scheduled, stop
from inference_experiment_handler.plan.resolution import resolve_ending
from inference_experiment_handler.plan.schedule import CLOSE, starts_now
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.stop_in_effect import wait_for_stop_in_effect
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.update import update
from inference_experiment_handler.plan.wording import stop_reason, unhandled_status, way_out
from inference_experiment_handler.spec.declaration import DeclaredEnding
from inference_experiment_handler.spec.text import iso_instant


def plan_existing(situation: Situation, target: Target) -> Step | Infeasible:
    """The step of a Create or an Update if its experiment exists."""
    step = _plan_existing(situation, target)
    if isinstance(step, Call) and target.being_taken_over:
        # A Delete that came in the meantime did not change it, because this resource did not own it yet.
        return while_awaited(situation, step)
    return step


def _plan_existing(situation: Situation, target: Target) -> Step | Infeasible:
    experiment = target.experiment
    if target.being_taken_over and target.journal.may_not_show_yet(ADD_TAGS, target.name, target.now):
        # In any case, a Delete that follows immediately must find the tags of the takeover.
        return Wait(f"waiting for the tags of {target.name} to be visible")
    if not target.ours and target.owner_may_not_show_yet:
        return Wait(f"waiting for the tags of {target.name} to be visible")
    if not target.ours and not situation.declared.adopt_existing:
        untouched = Done(f"{target.name} does not belong to this resource and is not changed")
        return Infeasible(
            f"experiment {target.name} already exists and does not belong to this resource: "
            f"{owner_in_words(target.tags)}. Change Name, or set AdoptExisting to true to take it over",
            in_rollback=lambda: untouched,
        )
    if target.ours and target.superseded:
        return Fail(f"a newer request holds the lease of {target.name}; this one does not change it")
    # An experiment that is being taken over gets its tags last. Until then, the handler must not remove it.
    lease = acquire_lease(target) if target.ours else None
    if experiment.in_transition:
        without_waiting = _finalize_without_waiting(situation, target) if target.ours else None
        if lease is not None and may_be_refused(situation, target):
            lease = None
        return without_waiting or lease or Wait("waiting for the next status")
    if experiment.ended:
        return plan_ended(situation, target)
    if experiment.unhandled:
        # After its Stop, a test may pass through a status that has no plan.
        stopping = wait_for_stop(target)
        if stopping is not None:
            return replace(stopping, why=f"{stopping.why}: {unhandled_status(experiment)}")
        left = Done(f"{experiment.name} is {experiment.status}, and is not changed")
        return Infeasible(unhandled_status(experiment), in_rollback=lambda: lease or left)
    step = _plan_created_or_running(situation, target)
    if isinstance(step, Wait) and (step.leaves_untouched or may_be_refused(situation, target)):
        return replace(step, leaves_untouched=True)
    if lease is not None and (isinstance(step, Wait) or (isinstance(step, Call) and not step.takes_lease)):
        return lease
    return step


def _finalize_without_waiting(situation: Situation, target: Target) -> Step | None:
    """The last steps for a test that is starting, if the deployment does not wait until it runs."""
    desired, experiment = situation.desired, target.experiment
    if desired.waits_until_running or not experiment.coming_up or desired.conclusion is not None:
        return None
    if _differing(situation, target):
        return None
    return finalize(situation, target, f"{experiment.status}, and the deployment does not wait any longer")


def _differing(situation: Situation, target: Target) -> list[Field]:
    # The previous declaration does not show how others, or a failed request, created the test.
    declared_before = target.ours and not target.left_by_failed_creation
    differing = diff.differing(
        situation.desired,
        target.experiment,
        target.last_applied_or_previous if declared_before else target.last_applied,
        situation.now,
        previous=target.previous if declared_before else None,
        sent=_sent(situation, target),
        adopting=not declared_before,
        lost=target.last_applied_is_lost,
    )
    differing = [field for field in differing if not pins_what_was_taken(situation, target, field)]
    if placement_matters(situation, target):
        # The endpoint may have scaled out since the test was created, or was updated by this request.
        variants = next(field for field in FIELDS if field.name == "ModelVariants")
        unsent = sent_with(situation) not in situation.journal.sent_fields
        if unsent and variants not in differing and lacks_instances(situation, target):
            differing.append(variants)
    if _only_its_end_is_off(situation, target, differing):
        return []
    return differing


def _sent(situation: Situation, target: Target) -> list[str]:
    """The names of the fields that this request has sent, also if another delivery of the request has sent them.

    The journal does not show what another delivery has sent. But a request starts a test only after it has sent all
    fields that can't change in a started test, and records how it will stop a test only after it has sent all fields.
    """
    sent = situation.journal.sent_fields
    if target.stop_intent is not None:
        return [field.name for field in FIELDS]
    if not target.started_by_this_request:
        return sent
    return [*sent, *(field.name for field in FIELDS if target.experiment.status not in field.changes_in)]


def _only_its_end_is_off(situation: Situation, target: Target, differing: list[Field]) -> bool:
    """Whether a new test only ends early because of the time for its creation, and its endpoint has since scaled out.

    Correcting the end could remove the new instances of production. A later update corrects it when that is safe.
    """
    created = situation.journal.perhaps_completed(CREATE, target.name) and target.experiment.running
    return (
        created and [field.name for field in differing] == ["Schedule.EndTime"] and lacks_instances(situation, target)
    )


def _plan_created_or_running(situation: Situation, target: Target) -> Step | Infeasible:
    """Updates what differs, then concludes the test, or starts it, and is then done.

    A promotion must pass its gate before anything is updated.
    """
    if placement_matters(situation, target):
        wait = still_updating(situation.endpoint(situation.desired.endpoint_name))
        if wait is not None:
            return wait
    differing = _differing(situation, target)
    if target.experiment.running:
        looked_at = _look_at_endpoint(situation, target, differing)
        if looked_at is not None:
            return looked_at
    problems = infeasible_fields(situation, target, differing)
    gate = held_up(situation, target) if not problems else None
    if isinstance(gate, Wait):
        return gate
    if not problems and gate is None:
        return _update_conclude_start(situation, target, differing, in_full=True)
    feasible = [field for field in differing if field.name not in problems]
    return Infeasible(
        gate or " ".join(dict.fromkeys(problems.values())),
        in_rollback=lambda: _update_conclude_start(situation, target, feasible, in_full=False),
    )


def _look_at_endpoint(situation: Situation, target: Target, differing: list[Field]) -> Step | Infeasible | None:
    """A wait or a failure if the running test's endpoint is not as the test deployed it.

    An update of a running test deploys its variants again, and would replace what production serves.
    """
    desired, experiment = situation.desired, target.experiment
    endpoint = situation.endpoint(experiment.endpoint_name)
    conclusion = resolve_ending(desired.conclusion, experiment) if desired.conclusion is not None else None
    # SageMaker may update the endpoint before it reports the test as stopped.
    wait = (wait_for_stop_of_running(target) if conclusion is not None else None) or still_updating(endpoint)
    if wait is not None:
        # A request that changes nothing does not wait for an update that may take long.
        return wait if differing or conclusion is not None else None
    problem = displaced(experiment, endpoint)
    if problem is None:
        return None
    if endpoint is not None and conclusion is not None and not differing:
        # A Stop can end the test without changing what production serves.
        if keep_production(conclusion, experiment, endpoint) is not None:
            return None
        stopping = wait_for_stop_in_effect(target, conclusion, endpoint)
        if stopping is not None:
            return stopping
        problem += (
            ", and StopInferenceExperiment can't end the test as declared without changing what production serves"
        )
    why = f"{experiment.status}, and not changed"
    return Infeasible(
        f"{problem}. {way_out(desired)}, or delete the resource",
        in_rollback=lambda: finalize(situation, target, why, in_full=False),
    )


def _update_conclude_start(situation: Situation, target: Target, differing: list[Field], *, in_full: bool) -> Step:
    """``in_full``: everything that is desired, and not only what a rollback can restore."""
    desired, experiment = situation.desired, target.experiment
    if differing:
        return update(situation, target, differing)
    if desired.conclusion is not None and in_full:
        return _conclude(situation, target, desired.conclusion)
    if in_full and starts_now(desired, experiment, situation.now):
        return _intend_start(target) or call_once(START, target, {"Name": target.name})
    why = f"{experiment.status}, {'as declared' if in_full else 'as far as possible as declared'}"
    return finalize(situation, target, why, in_full=in_full)


def _intend_start(target: Target) -> Step | None:
    """The call that records when the test is started; ``None`` if it is recorded, or can't be.

    The end of the test may count from that time. So if SageMaker has rejected every Start since, it is recorded again.
    """
    if target.being_taken_over:
        # A test that is being taken over gets all tags last: a rollback must find that it existed before.
        return None
    journal, started = target.journal, {STARTED: iso_instant(target.now)}
    recorded = journal.completed_at(ADD_TAGS, target.name, Purpose.START)
    outdated = (
        recorded is not None and target.now - recorded >= CLOSE and not journal.perhaps_completed(START, target.name)
    )
    return record_intent(target, Purpose.START, started, again=outdated)


def _conclude(situation: Situation, target: Target, declared: DeclaredEnding) -> Step:
    conclusion = resolve_ending(declared, target.experiment)
    reason = stop_reason("concluded by", situation.request.owner)
    if target.experiment.not_started:
        return call_off_scheduled(situation, target, conclusion, reason=reason)
    gone = f"endpoint {target.experiment.endpoint_name} no longer exists, so {target.name} can't be concluded"
    return stop(situation, target, conclusion, reason=reason) or Fail(gone)
