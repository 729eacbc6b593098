"""What CloudFormation says of the stack: whether it is rolling back, and whether it still waits for a request.

CloudFormation gives a request up without telling the handler, and a rollback's Update looks like any other.
"""

from datetime import datetime

from inference_experiment_handler.event import Request, RequestType
from inference_experiment_handler.observe import Observation
from inference_experiment_handler.operations import DESCRIBE_STACKS
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Call

_UNDER_WAY = {
    RequestType.CREATE: frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}),
    RequestType.UPDATE: frozenset({"UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}),
}
"""The statuses in which a stack waits for the answer to such a request."""


def asking(request: Request, why: str) -> Call:
    stack_id = request.owner.stack_id
    return Call(DESCRIBE_STACKS, stack_id, {"StackName": stack_id}, why)


def rolling_back(seen: Observation, progress: Progress) -> bool | None:
    """Whether the stack is rolling back; ``None`` where it has to be asked first."""
    status = progress.stack_status(seen.now)
    return None if status is None else "ROLLBACK_IN_PROGRESS" in status


def waits_for(request: Request, seen: Observation, progress: Progress, *, since: datetime | None = None) -> bool | None:
    """Whether the stack still waits for the request's answer; ``None`` where it has to be asked first.

    ``since``: what it said before counts for nothing.
    """
    status = progress.stack_status(seen.now, since=since)
    return None if status is None else status in _UNDER_WAY[request.type]


def gave_up(request: Request, progress: Progress, *, since: datetime | None) -> bool:
    """Whether the stack said, when it was asked last, that it does not wait for the request's answer any more."""
    if progress.stack is None or (since is not None and datetime.fromisoformat(progress.stack[1]) < since):
        return False
    return progress.stack[0] not in _UNDER_WAY[request.type]
