"""Calls that are made once, and what follows where their effect does not show."""

from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import Experiment
from inference_experiment_handler.model.operations import DELETE, STOP
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.observer import Observation
from inference_experiment_handler.plan import arguments


def call_once(
    operation: str,
    experiment: Experiment,
    call_arguments: arguments.Arguments,
    progress: Progress,
    seen: Observation,
    *,
    tentative: bool = False,
) -> Step:
    """The call, unless it was made: then wait a while for its effect, and fail if none shows."""
    if not progress.made(operation, experiment.name):
        return Call(operation, experiment.name, call_arguments, f"it is {experiment.status}", tentative=tentative)
    if progress.settling(operation, experiment.name, seen.now):
        return Wait(f"waiting for {operation} to show")
    said = f": {experiment.status_reason}" if experiment.status_reason else ""
    return Fail(f"{experiment.name} is still {experiment.status} after {operation}{said}")


def called_off(
    experiment: Experiment, stop: arguments.Arguments, seen: Observation, progress: Progress, *, record_may_go: bool
) -> Step:
    """The next step towards a scheduled test that never starts.

    Whether a test that has not started can be stopped, or deleted, is not documented. So the one is tried, and the
    other if that is refused. Without its record a test never starts, so in the end the record goes even where it was
    to stay.
    """
    delete = {"Name": experiment.name}
    first, second = ((DELETE, delete), (STOP, stop)) if record_may_go else ((STOP, stop), (DELETE, delete))
    for operation, call_arguments in (first, second):
        if not progress.refused(operation, experiment.name):
            return call_once(operation, experiment, call_arguments, progress, seen, tentative=True)
    if progress.refused_for_good(first[0], experiment.name, seen.now):
        return Fail(f"{experiment.name} has not started and can be neither stopped nor deleted: {progress.last_words}")
    return Call(first[0], experiment.name, first[1], "once more", tentative=True)
