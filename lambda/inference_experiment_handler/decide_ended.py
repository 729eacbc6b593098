"""An experiment that has ended: as declared, by itself, or by somebody else. Nothing about it can change any more."""

from inference_experiment_handler import fields, ownership
from inference_experiment_handler.decide_removal import STOP, unsettled
from inference_experiment_handler.declaration import Declaration, Ending
from inference_experiment_handler.endpoint_checks import why_not_ended_so
from inference_experiment_handler.event import Request, RequestType
from inference_experiment_handler.live import Experiment, Status
from inference_experiment_handler.matching import Match
from inference_experiment_handler.observe import Observation, Sight
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.reading import iso_instant
from inference_experiment_handler.settle import settle
from inference_experiment_handler.steps import Fail, Step


def decide_ended(
    request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress
) -> Step:
    """A test that has ended stays what it is; only its declared conclusion can still be checked."""
    experiment = sight.experiment
    settled = settle(request, declaration, sight, progress, f"{experiment.status}, as declared")
    applied = ownership.read(sight.tags)
    is_new = request.type is RequestType.CREATE or progress.made("CreateInferenceExperiment", experiment.name)
    if applied == fields.applied_by(declaration) and not is_new:
        return settled
    changed = _changed(declaration, experiment, applied, seen)
    if changed:
        return Fail(
            f"{fields.described(declaration, experiment, changed)} can't change: {ended_words(experiment)}. "
            f"{way_out(declaration)}"
        )
    if declaration.conclusion is not None:
        return _concluded(declaration.conclusion, experiment, seen, progress) or settled
    if experiment.status == Status.CANCELLED and (is_new or progress.seen_alive):
        return Fail(f"{ended_words(experiment)}. {way_out(declaration)}")
    # A declaration without a conclusion holds for a test that has ended, too: tests end.
    return settled


def _changed(
    declaration: Declaration, experiment: Experiment, applied: dict[str, str] | None, seen: Observation
) -> list[fields.Field]:
    """The fields that are declared otherwise than they were applied, and than they are reported."""
    if applied is None:
        return fields.differing(declaration, experiment, None, seen.now)
    return [
        field
        for field in fields.FIELDS
        if applied[field.name] != field.digest(declaration)
        and field.match(declaration, experiment, seen.now) is not Match.SAME
    ]


def _concluded(ending: Ending, experiment: Experiment, seen: Observation, progress: Progress) -> Step | None:
    """Whether the test has ended as it is declared to: ``None`` if so."""
    stopped = progress.made(STOP, experiment.name)
    wait = unsettled(seen.endpoint)
    if wait is not None:
        return wait
    if experiment.status != ending.desired_state:
        return Fail(f"DesiredState is {ending.desired_state}, but {ended_words(experiment)}")
    problem = why_not_ended_so(ending, experiment, seen.endpoint)
    if problem is None:
        return None
    if stopped:
        return Fail(f"{problem}. The experiment is {experiment.status}, but its end did not take effect")
    instead = (
        "it can't be promoted any more: deploy the model to the endpoint the ordinary way (a new endpoint "
        "configuration), and take DesiredState and ModelVariantActions out of the declaration"
        if ending.promotes
        else "that can't be changed any more"
    )
    return Fail(f"{ended_words(experiment)}, and {instead}. Found: {problem}")


def ended_words(experiment: Experiment) -> str:
    """That and since when it has ended, and why."""
    since = f" since {iso_instant(experiment.concluded)}" if experiment.concluded else ""
    reason = f" ({experiment.status_reason})" if experiment.status_reason else ""
    return f"{experiment.name} is {experiment.status}{since}{reason}"


def way_out(declaration: Declaration) -> str:
    """The one way to change what can't be changed: another experiment."""
    if declaration.name is not None:
        return "Start a new run: give it another Name"
    return f"Start a new run: give it another Run than {declaration.run!r}"
