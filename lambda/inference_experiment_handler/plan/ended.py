"""An experiment that has ended: as declared, by itself, or by somebody else. Nothing about it can change any more."""

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import Experiment, Status
from inference_experiment_handler.model.operations import STOP
from inference_experiment_handler.model.steps import Refusal, Step
from inference_experiment_handler.observer import Observation, Sight, is_to_conclude
from inference_experiment_handler.plan import fields
from inference_experiment_handler.plan.endpoint import still_updating, why_not_ended_so
from inference_experiment_handler.plan.finalize import settle
from inference_experiment_handler.plan.lease import stopped_by
from inference_experiment_handler.plan.matching import Match
from inference_experiment_handler.plan.wording import ended_words, way_out
from inference_experiment_handler.runtime.event import Request, RequestType
from inference_experiment_handler.spec.declaration import Declaration, Ending


def decide_ended(
    request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress
) -> Step | Refusal:
    """A test that has ended stays what it is; only its declared conclusion can still be checked."""
    experiment = sight.experiment
    settled = settle(request, declaration, sight, progress, f"{experiment.status}, as declared")
    left = settle(request, declaration, sight, progress, f"{experiment.status}, and stays so", brought_about=False)
    began = sight.tags.get(ownership.REQUEST) == request.token
    if not began and _is_to_begin(request, sight):
        again = f"{ended_words(experiment)}, and does not run again. {way_out(declaration)}"
        return Refusal(again, in_rollback=left)
    if request.type is RequestType.UPDATE and ownership.read(sight.tags) == fields.applied_by(declaration):
        return settled
    wait = still_updating(seen.endpoint(experiment.endpoint_name)) if is_to_conclude(declaration, sight) else None
    if wait is not None:
        return wait
    reason = _why_not(request, declaration, sight, seen, progress)
    return Refusal(reason, in_rollback=left) if reason else settled


def _why_not(
    request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress
) -> str | None:
    """Why the ended test is not what is declared; ``None`` if it is."""
    experiment = sight.experiment
    applied = ownership.read(sight.tags)
    adopting = not request.owns(experiment.name, sight.tags)
    # What this request has ended was as declared before, or the request would have failed then.
    mine = stopped_by(request, sight, progress)
    changed = [] if mine else _changed(declaration, experiment, applied, seen, adopting=adopting)
    if changed:
        return (
            f"{fields.described(declaration, experiment, changed)} can't change: {ended_words(experiment)}. "
            f"{way_out(declaration)}"
        )
    if declaration.conclusion is not None:
        return _why_not_concluded(declaration, declaration.conclusion, sight, seen, progress)
    began = progress.seen_alive or sight.tags.get(ownership.REQUEST) == request.token
    if experiment.status == Status.CANCELLED and (began or request.type is RequestType.CREATE):
        return f"{ended_words(experiment)}. {way_out(declaration)}"
    # A declaration without a conclusion holds for a test that has ended, too: tests end.
    return None


def _is_to_begin(request: Request, sight: Sight) -> bool:
    """Whether a new test is asked for, and an old one of that name and owner was found."""
    forward = request.replaces is not None and request.physical_id != request.name
    asked_for = request.type is RequestType.CREATE or forward
    return asked_for and request.owns(sight.experiment.name, sight.tags)


def _changed(
    declaration: Declaration,
    experiment: Experiment,
    applied: dict[str, str] | None,
    seen: Observation,
    *,
    adopting: bool,
) -> list[fields.Field]:
    """The fields that are declared otherwise than they were applied, and than they are reported."""
    if applied is None:
        return fields.differing(declaration, experiment, None, seen.now, adopting=adopting)
    return [
        field
        for field in fields.FIELDS
        if applied[field.name] != field.digest(declaration)
        and field.match(declaration, experiment, seen.now) is not Match.SAME
    ]


def _why_not_concluded(
    declaration: Declaration, ending: Ending, sight: Sight, seen: Observation, progress: Progress
) -> str | None:
    experiment = sight.experiment
    if experiment.status != ending.desired_state:
        return f"DesiredState is {ending.desired_state}, but {ended_words(experiment)}"
    if not is_to_conclude(declaration, sight):
        return None
    applied = ownership.read(sight.tags)
    if applied is not None and applied[fields.CONCLUSION] != fields.conclusion_digest(None):
        return f"DesiredState and what belongs to it can't change: {ended_words(experiment)}"
    endpoint = seen.endpoint(experiment.endpoint_name)
    problem = why_not_ended_so(ending, experiment.endpoint_name, experiment.shadow_name, experiment.variants, endpoint)
    if problem is None:
        return None
    if progress.made(STOP, experiment.name):
        return f"{problem}. The experiment is {experiment.status}, but its end did not take effect"
    instead = (
        "it can't be promoted any more: deploy the model to the endpoint the ordinary way (a new endpoint "
        "configuration), and take DesiredState and ModelVariantActions out of the declaration"
        if ending.promotes
        else "that can't be changed any more"
    )
    return f"{ended_words(experiment)}, and {instead}. Found: {problem}"
