"""Calls that are made once, and what follows where their effect does not show."""

from inference_experiment_handler.model.operations import DELETE, STOP
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan.fields import Arguments
from inference_experiment_handler.plan.situation import Target


def call_once(operation: str, target: Target, arguments: Arguments, *, tentative: bool = False) -> Step:
    """The call, unless it was made: then wait for its effect within the consistency window, and fail if none shows."""
    experiment, journal = target.experiment, target.journal
    if not journal.is_completed(operation, target.name):
        return Call(operation, target.name, arguments, f"it is {experiment.status}", tentative=tentative)
    # A Stop takes minutes, and may show late: it is waited for until the deadline.
    if operation == STOP or journal.may_not_show_yet(operation, target.name, target.now):
        return Wait(f"waiting for {operation} to show")
    said = f": {experiment.status_reason}" if experiment.status_reason else ""
    return Fail(f"{target.name} is still {experiment.status} after {operation}{said}")


def call_off(target: Target, stop_arguments: Arguments, *, record_may_go: bool) -> Step:
    """The next step towards a scheduled test that never starts.

    Whether a test that has not started can be stopped, or deleted, is not documented. So the one is tried, and the
    other if that is in conflict. Without its record a test never starts, so in the end the record goes even where it
    was to stay.
    """
    journal, delete = target.journal, {"Name": target.name}
    calls = ((STOP, stop_arguments), (DELETE, delete))
    first, second = reversed(calls) if record_may_go else calls
    for operation, arguments in (first, second):
        if not journal.in_conflict(operation, target.name):
            return call_once(operation, target, arguments, tentative=True)
    once_more = Call(first[0], target.name, first[1], "once more", tentative=True)
    if journal.in_conflict_for_good(once_more, target.now):
        return Fail(f"{target.name} has not started and can be neither stopped nor deleted: {journal.last_error}")
    return once_more
