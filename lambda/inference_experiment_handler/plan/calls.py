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


def call_off(target: Target, stop_arguments: Arguments, *, shadow_left: str | None) -> Step:
    """The next step towards a scheduled test that never starts.

    Whether a test that has not started can be stopped, or deleted, is not documented, nor when its shadow variant is
    deployed. So a Stop is tried first, which takes the shadow off, and a Delete if that is in conflict. Without its
    record a test never starts, so in the end the record goes even where it was to stay.

    ``shadow_left``: that the shadow is on the endpoint already. Then the record has to stay, so that the next request
    finds it.
    """
    journal = target.journal
    if not journal.in_conflict(STOP, target.name):
        return call_once(STOP, target, stop_arguments, tentative=True)
    if shadow_left is None and not journal.in_conflict(DELETE, target.name):
        return call_once(DELETE, target, {"Name": target.name}, tentative=True)
    again = [Call(STOP, target.name, stop_arguments, "once more", tentative=True)]
    if shadow_left is None:
        again.append(Call(DELETE, target.name, {"Name": target.name}, "once more", tentative=True))
    again = [call for call in again if not journal.in_conflict_for_good(call, target.now)]
    if again:
        # By turns, as nobody knows which of them was only refused for now.
        return again[int(target.now.timestamp()) // 10 % len(again)]
    if shadow_left is not None:
        return Fail(f"{shadow_left}. {target.name} has not started and can't be stopped: {journal.last_error}")
    return Fail(f"{target.name} has not started and can be neither stopped nor deleted: {journal.last_error}")
