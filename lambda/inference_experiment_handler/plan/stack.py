"""What CloudFormation says of the stack: whether it is rolling back, and whether it still waits for a request.

CloudFormation gives a request up without telling the handler, and a rollback's Update looks like any other.
"""

from datetime import datetime, timedelta

from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.operations import DESCRIBE_STACKS
from inference_experiment_handler.model.steps import Call
from inference_experiment_handler.observer import Observation
from inference_experiment_handler.runtime.event import Request, RequestType, issued_by

_UNDER_WAY = {
    RequestType.CREATE: frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}),
    RequestType.UPDATE: frozenset({"UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}),
}
"""The statuses in which a stack waits for the answer to such a request."""

_CLOCKS = 5
"""Seconds by which CloudFormation's clock and that of the answer's address may differ."""

_FRESH = timedelta(seconds=10)
"""For so long what CloudFormation said of the stack holds."""


def asking(request: Request, why: str) -> Call:
    stack_id = request.owner.stack_id
    return Call(DESCRIBE_STACKS, stack_id, {"StackName": stack_id}, why)


def is_rollback(progress: Progress) -> bool | None:
    """Whether the request is part of a rollback; ``None`` where the stack has to be asked first.

    What the stack said at first counts: while an update waits, something else may fail and be rolled back.
    """
    return None if progress.stack_at_first is None else "ROLLBACK_IN_PROGRESS" in progress.stack_at_first


def waits_for(request: Request, seen: Observation, progress: Progress) -> bool | None:
    """Whether the stack still waits for the request's answer; ``None`` where it has to be asked first."""
    status = progress.stack_status(since=seen.now - _FRESH)
    if status is None:
        return None
    began = progress.stack_began()
    if began is not None and issued_by(request.token) < int(began.timestamp()) - _CLOCKS:
        # It belongs to an earlier operation of the stack, and Lambda runs it once more.
        return False
    # A rollback is waited for while the stack rolls back, and no other update is.
    return status in _UNDER_WAY[request.type] and (is_rollback(progress) or "ROLLBACK" not in status)


def gave_up(request: Request, progress: Progress, *, since: datetime) -> bool | None:
    """Whether the stack takes back what the request was to bring about; ``None`` where it wasn't asked since then.

    A stack that is complete does not: it has got its answer, and the request is running once more.
    """
    status = progress.stack_status(since=since)
    if status is None:
        return None
    return status not in _UNDER_WAY[request.type] and ("ROLLBACK" in status or "DELETE" in status)
