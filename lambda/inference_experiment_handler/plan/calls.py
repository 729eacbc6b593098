"""Calls that are made once, and the next step if they have no visible effect."""

from inference_experiment_handler.model.operations import DELETE, STOP
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan.fields import Arguments
from inference_experiment_handler.plan.target import Target


def call_once(operation: str, target: Target, arguments: Arguments, *, tentative: bool = False) -> Step:
    """The call, or if it was made: a wait for its effect within the consistency window, and then a failure."""
    experiment, journal = target.experiment, target.journal
    if not journal.is_completed(operation, target.name):
        return Call(operation, target.name, arguments, f"it is {experiment.status}", tentative=tentative)
    if journal.may_not_show_yet(operation, target.name, target.now):
        return Wait(f"waiting for {operation} to take effect")
    said = f": {experiment.status_reason}" if experiment.status_reason else ""
    return Fail(f"{target.name} is still {experiment.status} after {operation}{said}")


def wait_for_stop(target: Target) -> Wait | None:
    """A wait, if SageMaker accepted a Stop, whatever the status was then.

    A Stop takes minutes, and its effect may be visible late, so the wait lasts until the deadline.
    """
    accepted = target.journal.certainly_completed(STOP, target.name)
    return Wait(f"waiting for {STOP} to take effect") if accepted else None


def wait_for_stop_of_running(target: Target) -> Wait | None:
    """A wait, if SageMaker accepted a Stop, or, within the consistency window, if a Stop got no response."""
    if target.journal.may_not_show_yet(STOP, target.name, target.now):
        return Wait(f"waiting for {STOP} to take effect")
    return wait_for_stop(target)


def call_off(target: Target, stop_arguments: Arguments, *, shadow_left: str | None) -> Step:
    """The next step to cancel a scheduled test, so that it never starts.

    AWS does not document whether a test that has not started can be stopped or deleted, or when its shadow variant is
    deployed. So the handler first tries a Stop, which removes the shadow variant, and then a Delete if the Stop is in
    conflict. A test without a record never starts, so the record is deleted even if it should be kept.

    ``shadow_left``: a message that the shadow variant is on the endpoint. The record must then stay, so that the next
    request finds it.
    """
    journal = target.journal
    if not journal.in_conflict(STOP, target.name):
        return call_once(STOP, target, stop_arguments, tentative=True)
    if shadow_left is None and not journal.in_conflict(DELETE, target.name):
        return call_once(DELETE, target, {"Name": target.name}, tentative=True)
    again = [Call(STOP, target.name, stop_arguments, "retry", tentative=True)]
    if shadow_left is None:
        again.append(Call(DELETE, target.name, {"Name": target.name}, "retry", tentative=True))
    again = [call for call in again if not journal.in_conflict_for_good(call, target.now)]
    if again:
        # Alternately, because either of them may be rejected only temporarily.
        return again[int(target.now.timestamp()) // 10 % len(again)]
    if journal.perhaps_completed(STOP, target.name) or target.stop_may_be_forgotten:
        # It got no response, or is not known any more. What SageMaker rejects since may be in conflict with it.
        waiting = f"waiting for {STOP} to take effect"
        return Wait(f"{waiting}; {shadow_left}" if shadow_left is not None else waiting)
    stop_error, delete_error = (journal.conflict_error(each, target.name) for each in (STOP, DELETE))
    if shadow_left is not None:
        return Fail(f"{shadow_left}. {target.name} has not started and can't be stopped: {stop_error}")
    return Fail(f"{target.name} has not started and can be neither stopped nor deleted: {stop_error}; {delete_error}")
