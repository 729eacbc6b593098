"""What CloudFormation says of the stack: whether it is rolling back, and whether it still waits for a request.

CloudFormation gives a request up without telling the handler, and a rollback's Update looks like any other.
"""

from datetime import datetime, timedelta

from inference_experiment_handler.model.operations import DESCRIBE_STACKS
from inference_experiment_handler.model.request import RequestType, issued_at
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.wording import GIVEN_UP

_UNDER_WAY = {
    RequestType.CREATE: frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}),
    RequestType.UPDATE: frozenset({"UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}),
}
"""The statuses in which a stack waits for the answer to such a request."""

_ROLLING_BACK = ("ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
"""Parts of the statuses in which a stack goes back to what it was, and deletes what a failed update has brought."""

_CLOCKS = 5
"""Seconds by which CloudFormation's clock and that of the answer's address may differ."""

_GONE = ("DELETE_COMPLETE", "ROLLBACK_COMPLETE")
"""The statuses of a stack that has no resources any more. No other operation than its deletion can follow."""

_GOING = ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
"""The statuses of a stack whose resources are being deleted, all of them."""

_FRESH = timedelta(seconds=10)
"""For so long what CloudFormation said of the stack holds."""


def ask(situation: Situation, why: str) -> Call:
    """The call that asks CloudFormation how the stack is."""
    stack_id = situation.request.owner.stack_id
    return Call(DESCRIBE_STACKS, stack_id, {"StackName": stack_id}, why)


def is_rollback(situation: Situation) -> bool | None:
    """Whether the request is part of a rollback; ``None`` where the stack has to be asked first.

    What the stack said at first counts: while an update waits, something else may fail and be rolled back.
    """
    if situation.request.type is RequestType.CREATE:
        return False
    at_first = situation.journal.stack_at_first
    return None if at_first is None else any(status in at_first for status in _ROLLING_BACK)


def waits_for(situation: Situation) -> bool | None:
    """Whether the stack still waits for the request's answer; ``None`` where it has to be asked first."""
    request, journal = situation.request, situation.journal
    status = journal.stack_status(since=situation.now - _FRESH)
    if status is None:
        return None
    began = journal.stack_began()
    if began is not None and issued_at(request.token) < int(began.timestamp()) - _CLOCKS:
        # It belongs to an earlier operation of the stack, and Lambda runs it once more.
        return False
    # A rollback is waited for while the stack rolls back, and no other update is.
    return status in _UNDER_WAY[request.type] and (bool(is_rollback(situation)) or "ROLLBACK" not in status)


def while_awaited(situation: Situation, call: Call) -> Step:
    """The call, if the stack still waits for the request's answer.

    A rollback may have begun since the stack was asked, or Lambda runs a request once more that has been answered.
    """
    if call.operation == DESCRIBE_STACKS or call.takes_back:
        return call
    awaited = waits_for(situation)
    if awaited is None:
        return ask(situation, "whether this request is still waited for")
    return call if awaited else Fail(GIVEN_UP)


def is_gone(situation: Situation) -> Step | bool:
    """Whether all resources of the stack were deleted; a step where that is not known yet."""
    status = situation.journal.stack_status(since=situation.now - _FRESH)
    if status is None:
        return ask(situation, "whether it is gone")
    if status in _GOING:
        return Wait(f"waiting for the stack to be gone, which is {status}")
    return status in _GONE


def gave_up(situation: Situation, *, since: datetime) -> bool | None:
    """Whether the stack takes back what the request was to bring about; ``None`` where it wasn't asked since then.

    A stack that is complete does not: it has got its answer, and the request is running once more.
    """
    status = situation.journal.stack_status(since=since)
    if status is None:
        return None
    return status not in _UNDER_WAY[situation.request.type] and ("ROLLBACK" in status or "DELETE" in status)
