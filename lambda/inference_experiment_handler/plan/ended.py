"""An experiment that has ended, as desired or otherwise. It can't change any more."""

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.operations import CREATE, STOP
from inference_experiment_handler.model.request import RequestType
from inference_experiment_handler.model.status import REGULAR_ENDS
from inference_experiment_handler.model.steps import Infeasible, Step
from inference_experiment_handler.plan import diff, last_applied
from inference_experiment_handler.plan.ending_proof import stop_problem
from inference_experiment_handler.plan.endpoint import still_updating
from inference_experiment_handler.plan.fields import FIELDS, Field
from inference_experiment_handler.plan.finalize import finalize
from inference_experiment_handler.plan.keep_production import as_intended
from inference_experiment_handler.plan.live_count import pins_what_was_taken
from inference_experiment_handler.plan.matching import Match
from inference_experiment_handler.plan.resolution import resolve_ending
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import DEPLOY_INSTEAD, ended_words, way_out
from inference_experiment_handler.spec.declaration import DeclaredEnding


def plan_ended(situation: Situation, target: Target) -> Step | Infeasible:
    """A test that has ended stays unchanged. Only its declared conclusion can still be checked."""
    desired, status = situation.desired, target.experiment.status

    def leave_it() -> Step:
        return finalize(situation, target, f"{status}, and stays unchanged", in_full=False)

    if _is_to_begin(situation, target) and not target.lease_observed:
        again = f"{ended_words(target.experiment)}, and can't run again. {way_out(desired)}"
        return Infeasible(again, in_rollback=leave_it)
    if status not in REGULAR_ENDS:
        return Infeasible(f"{ended_words(target.experiment)}. {way_out(desired)}", in_rollback=leave_it)
    unchanged = situation.request.type is RequestType.UPDATE and (
        target.last_applied == last_applied.digests_of(desired)
    )
    if not unchanged:
        wait = (
            still_updating(situation.endpoint(target.experiment.endpoint_name)) if target.conclusion_pending else None
        )
        if wait is not None:
            return wait
        problem = _problem(situation, target)
        if problem is not None:
            return Infeasible(problem, in_rollback=leave_it)
    return finalize(situation, target, f"{status}, as declared")


def _problem(situation: Situation, target: Target) -> str | None:
    """A problem if the ended test is not as desired."""
    desired, experiment = situation.desired, target.experiment
    # A test that this request created or stopped is as desired. Otherwise, the request would have failed before.
    as_desired = target.stopped_by_this_request or situation.journal.perhaps_completed(CREATE, target.name)
    changed = [] if as_desired else _changed(situation, target)
    if changed:
        return (
            f"{diff.in_words(desired, experiment, changed)} can't change: {ended_words(experiment)}. {way_out(desired)}"
        )
    if desired.conclusion is not None:
        return _conclusion_problem(situation, target, desired.conclusion)
    is_create = situation.request.type is RequestType.CREATE
    was_alive = situation.journal.existed_alive or target.lease_observed
    # A guardrail may have been about to end it when an Update came, which then holds as if it had come later.
    ended_meanwhile = was_alive and not experiment.ended_by_alarm
    if experiment.was_cancelled and (is_create or ended_meanwhile):
        return f"{ended_words(experiment)}. {way_out(desired)}"
    # A declaration without a conclusion also applies to a test that has ended as scheduled.
    return None


def _is_to_begin(situation: Situation, target: Target) -> bool:
    """Whether a new test is declared, and an old one with the same name and owner was found."""
    request = situation.request
    return (request.type is RequestType.CREATE or request.replaces_forward) and target.owned


def _changed(situation: Situation, target: Target) -> list[Field]:
    """The fields with a desired value that differs from the applied and from the reported one."""
    desired, experiment, applied = situation.desired, target.experiment, target.last_applied
    if applied is None:
        adopting, lost = not target.owned, target.last_applied_is_lost
        return diff.differing(desired, experiment, None, situation.now, adopting=adopting, lost=lost)
    return [
        field
        for field in FIELDS
        if applied[field.name] != last_applied.field_digest(field, desired)
        and field.match(desired, experiment, situation.now) is not Match.SAME
        and not pins_what_was_taken(situation, target, field)
    ]


def _conclusion_problem(situation: Situation, target: Target, declared: DeclaredEnding) -> str | None:
    experiment = target.experiment
    conclusion = resolve_ending(declared, experiment)
    if experiment.status != conclusion.desired_state:
        is_declared = f"DesiredState is {conclusion.desired_state}"
        return f"{is_declared}, but {ended_words(experiment)}. {way_out(situation.declared)}"
    if not target.conclusion_pending:
        return None
    applied = target.last_applied
    if applied is not None and applied[last_applied.CONCLUSION] != last_applied.conclusion_digest(None):
        return f"DesiredState and its related properties can't change: {ended_words(experiment)}"
    endpoint = situation.endpoint(experiment.endpoint_name)
    intent = target.stop_intent
    # If another ending was used instead, it is checked against the declared conclusion.
    sent = as_intended(conclusion, intent, experiment) if intent and intent.action == conclusion.shadow else conclusion
    problem = stop_problem(sent, experiment, endpoint, intent.production if intent else "")
    if problem is None and not sent.promotes and endpoint is not None:
        problem = _promoted_before(experiment, endpoint)
    if problem is None:
        return None
    if situation.journal.is_completed(STOP, target.name):
        return f"{problem}. The experiment is {experiment.status}, but its end did not take effect"
    instead = (
        f"its shadow variant can't be promoted any more: {DEPLOY_INSTEAD}"
        if conclusion.promotes
        else "that can't be changed any more"
    )
    return f"{ended_words(experiment)}, and {instead}. Found: {problem}"


def _promoted_before(experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> str | None:
    """A message if an earlier request promoted the shadow variant, and its stack got no response."""
    shadow, production = experiment.shadow_name, experiment.production_name
    if not endpoint.serves_in_production(shadow) or endpoint.serves_in_production(production):
        return None
    return f"shadow variant {shadow} serves production traffic on endpoint {endpoint.name}, without {production}"
