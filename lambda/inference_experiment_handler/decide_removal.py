"""Make it go: a Delete, and the old run that a new one replaces on the same endpoint."""

from inference_experiment_handler import arguments
from inference_experiment_handler.declaration import Removal
from inference_experiment_handler.endpoint_checks import why_not_ended_so
from inference_experiment_handler.event import Request
from inference_experiment_handler.live import KNOWN_STATUSES, Endpoint, Experiment, Status
from inference_experiment_handler.observe import Observation, Sight
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Call, Done, Fail, Step, Wait

STOP = "StopInferenceExperiment"
DELETE = "DeleteInferenceExperiment"


def decide_removal(request: Request, seen: Observation, progress: Progress) -> Step:
    """The step of a Delete. Its answer is SUCCESS only when nothing of the resource runs or bills any more."""
    sight = seen.sight
    if sight is None:
        return Done("there is no experiment to delete")
    experiment = sight.experiment
    if experiment.in_transition:
        return Wait(f"waiting for {experiment.status} to pass")
    if not request.owner.owns(sight.tags, by_name=experiment.name in request.generated_names):
        return Done(f"{experiment.name} is not this resource's and stays untouched")
    removal = request.removal
    not_started = experiment.status == Status.CREATED
    if not_started and not removal.keeps_record and not progress.refused(DELETE, experiment.name):
        return call_once(DELETE, experiment, {"Name": experiment.name}, progress, seen)
    reason = f"deleted with {request.owner.logical_id} of stack {request.owner.stack_id}"
    step = end(sight, removal, reason, progress, seen)
    if step is not None:
        return step
    if removal.keeps_record:
        return Done(f"{experiment.status}; its record stays")
    return call_once(DELETE, experiment, {"Name": experiment.name}, progress, seen)


def end(sight: Sight, removal: Removal, reason: str, progress: Progress, seen: Observation) -> Step | None:
    """The next step towards an ended test whose endpoint is as its removal declares; ``None`` once it is there."""
    experiment = sight.experiment
    if experiment.status not in KNOWN_STATUSES:
        return Fail(f"{experiment.name} has status {experiment.status!r}, which this version does not know")
    if experiment.in_transition:
        return Wait(f"waiting for {experiment.name}: {experiment.status}")
    if experiment.ended:
        if not progress.made(STOP, experiment.name):
            return None
        return unsettled(seen.endpoint) or _checked(removal, experiment, seen.endpoint)
    if experiment.status == Status.CREATED and progress.refused(STOP, experiment.name):
        # Whether a test that has not started can be stopped is not documented; without its record it never starts.
        return call_once(DELETE, experiment, {"Name": experiment.name}, progress, seen)
    return call_once(STOP, experiment, arguments.stop(experiment, removal.ending, reason), progress, seen)


def unsettled(endpoint: Endpoint | None) -> Wait | None:
    """What an endpoint serves can be judged once its update is over."""
    if endpoint is not None and endpoint.in_transition:
        return Wait(f"waiting for endpoint {endpoint.name}: {endpoint.status}")
    return None


def _checked(removal: Removal, experiment: Experiment, endpoint: Endpoint | None) -> Fail | None:
    problem = why_not_ended_so(removal.ending, experiment, endpoint)
    if problem is None:
        return None
    said = f" ({experiment.status_reason})" if experiment.status_reason else ""
    return Fail(f"{problem}; the experiment is {experiment.status}{said}")


def call_once(
    operation: str, experiment: Experiment, call_arguments: arguments.Arguments, progress: Progress, seen: Observation
) -> Step:
    """The call, unless it was made: then wait a while for its effect, and fail if none shows."""
    if not progress.made(operation, experiment.name):
        # What may be done before a test has started is not documented, so a refusal is not final.
        tentative = experiment.status == Status.CREATED
        return Call(operation, experiment.name, call_arguments, f"it is {experiment.status}", tentative=tentative)
    if progress.settling(operation, experiment.name, seen.now):
        return Wait(f"waiting for {operation} to show")
    said = f": {experiment.status_reason}" if experiment.status_reason else ""
    return Fail(f"{experiment.name} is {experiment.status} after {operation}{said}")
