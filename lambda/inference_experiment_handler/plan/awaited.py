"""Whether CloudFormation still waits for the response to this request. Otherwise, the request must not change anything.

The status of the stack does not show that. An Update may have failed, or been cancelled. If Lambda then delivers it
late or again, the stack may be rolling back, and the Update looks like the Update of the rollback. But CloudFormation
changes the status of the resource when it sends a request, and when the request ends. So a status that is newer than
the Update shows that CloudFormation no longer waits for it.
"""

from datetime import datetime, timedelta

from inference_experiment_handler.model.journal import CONSISTENCY_WINDOW
from inference_experiment_handler.model.operations import DESCRIBE_STACK_RESOURCE, DESCRIBE_STACKS
from inference_experiment_handler.model.request import RequestType
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.wording import GIVEN_UP

_SAME_SECOND = timedelta(seconds=1)
"""A ``ResponseURL`` is signed right after the status has changed, and its time has no fractions of a second."""

_IN_PROGRESS = "_IN_PROGRESS"
_LONGEST_WAIT = timedelta(minutes=30)


def while_awaited(situation: Situation, call: Call) -> Step:
    """The call, if CloudFormation still waits for the response to the request. Otherwise, the step instead of it.

    A rollback may have begun in the meantime, or Lambda runs a completed request again.
    """
    journal, now = situation.journal, situation.now
    if call.operation in (DESCRIBE_STACKS, DESCRIBE_STACK_RESOURCE) or call.takes_back:
        return call
    is_update = situation.request.type is RequestType.UPDATE
    status, until = _status_and_wait(situation) if is_update else ("", None)
    if until is not None and now < until:
        # It changes nothing until then, so it does not need to know more.
        return Wait(f"CloudFormation may no longer wait for this request: the resource is {status}")
    awaited = stack.waits_for(situation)
    if awaited is None:
        return stack.ask(situation, "whether the stack still waits for this request")
    if not awaited:
        return Fail(GIVEN_UP)
    if is_update and journal.resource_status(since=now - stack.FRESH) is None:
        return stack.ask_resource(situation, "whether CloudFormation still waits for this request of the resource")
    is_over = until is not None and not status.endswith(_IN_PROGRESS)
    return Fail(GIVEN_UP) if is_over else call


def _status_and_wait(situation: Situation) -> tuple[str, datetime | None]:
    """The last status of the resource that was reported, and until when the request waits if it is newer."""
    status, since = situation.journal.resource_status() or ("", None)
    if since is None:
        return status, None
    newer = since - situation.request.issued
    if newer < (timedelta() if status.endswith("_FAILED") else _SAME_SECOND):
        # It is the status of this request, or from before it.
        return status, None
    return status, since + (_wait_for_other(newer) if status.endswith(_IN_PROGRESS) else CONSISTENCY_WINDOW)


def _wait_for_other(newer: timedelta) -> timedelta:
    """How long to wait for the tags of another request, if the resource is in progress.

    AWS does not document if CloudFormation signs a ``ResponseURL`` before it changes the status. If it does, the status
    is newer even than the request for which CloudFormation waits. Compared with an earlier request, it is newer by more
    seconds. So the earlier request waits longer: one more minute for each second.
    """
    return min(CONSISTENCY_WINDOW * (newer / timedelta(seconds=1)), _LONGEST_WAIT)
