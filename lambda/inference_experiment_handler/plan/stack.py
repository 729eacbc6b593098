"""What CloudFormation reports about the stack: whether it is rolling back, and whether it still waits for a request.

CloudFormation stops waiting without notifying the handler, and the Update of a rollback looks like any other.
"""

from datetime import UTC, datetime, timedelta

from inference_experiment_handler.model.journal import NO_RESOURCE
from inference_experiment_handler.model.operations import DESCRIBE_STACK_RESOURCE, DESCRIBE_STACKS
from inference_experiment_handler.model.request import CLOCK_SKEW, RequestType, issued_at
from inference_experiment_handler.model.steps import Call, Wait
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.spec.limits import SERVICE_TIMEOUT

_UNDER_WAY = {
    RequestType.CREATE: frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}),
    RequestType.UPDATE: frozenset({"UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}),
}
"""The statuses in which a stack waits for the response to such a request."""

_ROLLING_BACK = ("ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
"""Parts of the statuses in which a stack rolls back, and deletes what a failed update created."""

_REVERTS_UPDATE = "UPDATE_ROLLBACK"
"""The beginning of the statuses of a stack that rolls back an update, or has rolled it back."""

_ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"
"""The beginning of the statuses of a stack that has rolled back an update."""

_GONE = ("DELETE_COMPLETE", "ROLLBACK_COMPLETE")
"""The statuses of a stack that has no resources any more. Only its deletion can follow."""

_GOING = ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
"""The statuses of a stack that is deleting all its resources."""

_LONGEST_REQUEST = timedelta(seconds=SERVICE_TIMEOUT[-1])
"""How long CloudFormation waits for a response at most."""

FRESH = timedelta(seconds=10)
"""How long a status from CloudFormation is valid."""


def ask(situation: Situation, why: str) -> Call:
    """The call that asks CloudFormation for the stack's status."""
    stack_id = situation.request.owner.stack_id
    return Call(DESCRIBE_STACKS, stack_id, {"StackName": stack_id}, why)


def ask_resource(situation: Situation, why: str) -> Call:
    """The call that asks CloudFormation for the status of the resource."""
    owner = situation.request.owner
    asked = {"StackName": owner.stack_id, "LogicalResourceId": owner.logical_id}
    return Call(DESCRIBE_STACK_RESOURCE, owner.stack_id, asked, why)


def is_rollback(situation: Situation) -> bool | None:
    """Whether the request is part of a rollback; ``None`` if the stack's status must be read first.

    The first status counts: while an update waits, something else may fail and cause a rollback.
    """
    if situation.request.type is RequestType.CREATE:
        return False
    at_first = situation.journal.stack_at_first
    return None if at_first is None else any(status in at_first for status in _ROLLING_BACK)


def waits_for(situation: Situation) -> bool | None:
    """Whether the stack still waits for the response to the request; ``None`` if its status must be read first."""
    request, journal = situation.request, situation.journal
    status = journal.stack_status(since=situation.now - FRESH)
    if status is None:
        return None
    began = journal.stack_began()
    if began is not None and issued_at(request.token) < int(began.timestamp()) - CLOCK_SKEW:
        # It belongs to an earlier operation of the stack, and Lambda runs it again.
        return False
    # While the stack rolls back, it waits for the rollback of the resource, but for no other update.
    return status in _UNDER_WAY[request.type] and (bool(is_rollback(situation)) or "ROLLBACK" not in status)


def is_gone(situation: Situation) -> Call | Wait | bool:
    """Whether all resources of the stack were deleted; a step if that is not known yet."""
    status = situation.journal.stack_status(since=situation.now - FRESH)
    if status is None:
        return ask(situation, "whether the stack is deleted")
    if status in _GOING:
        return Wait(f"waiting for the stack to be deleted: {status}")
    return status in _GONE


def is_under_way(situation: Situation, token: str) -> bool | None:
    """Whether the stack may still wait for the response to the request with this fencing token, which holds a lease.

    ``None`` if its status must be read first. The status does not show which resource the stack waits for.
    """
    journal, now = situation.journal, situation.now
    issued = datetime.fromtimestamp(issued_at(token), UTC)
    if now - issued > _LONGEST_REQUEST:
        return False
    # A status from before the request shows nothing, unless CloudFormation's clock is ahead.
    status = journal.stack_status(since=max(now - FRESH, min(issued, now - timedelta(seconds=1))))
    if status is None:
        return None
    began = journal.stack_began()
    of_this_operation = began is None or issued >= began - timedelta(seconds=CLOCK_SKEW + 1)
    return status.endswith("_IN_PROGRESS") and of_this_operation


def reverts_update(situation: Situation, *, since: datetime) -> bool:
    """Whether the request is a Create, and the stack rolls back an update, which may have added the resource or not."""
    status = situation.journal.stack_status(since=since) or ""
    return situation.request.type is RequestType.CREATE and status.startswith(_REVERTS_UPDATE)


def has_resource(situation: Situation) -> bool | None:
    """Whether the resource was completely created; ``None`` if its status must be read first.

    False if CloudFormation does not report the status.
    """
    reported = situation.journal.resource_status(since=situation.now - FRESH)
    return None if reported is None else reported[0].startswith(("CREATE_COMPLETE", "UPDATE_"))


def has_deleted_resource(situation: Situation) -> Call | Wait | bool:
    """Whether the rollback of an update has deleted the resource; a step if that is not known yet.

    CloudFormation does not find a resource that it has deleted. A status like DELETE_COMPLETE may also be the status of
    a run that another one has replaced. False if CloudFormation does not report whether it has the resource.
    """
    journal, since = situation.journal, situation.now - FRESH
    reported = journal.resource_status(since=since)
    if reported is None:
        return ask_resource(situation, "whether the rollback has deleted the resource")
    status = reported[0]
    cleans_up = (journal.stack_status(since=since) or "").endswith("_IN_PROGRESS")
    if cleans_up and status.startswith("DELETE_"):
        return Wait(f"waiting for the rollback of the stack: the resource is {status}")
    return status == NO_RESOURCE


def gave_up(situation: Situation, *, since: datetime) -> bool | None:
    """Whether the stack reverts what the request should do; ``None`` if its status was not read since then.

    A complete stack does not: it has received its response, and the request is running again. For a rollback, that is a
    stack that has rolled back, even if it still cleans up.
    """
    status = situation.journal.stack_status(since=since)
    if status is None:
        return None
    if is_rollback(situation) and status.startswith(_ROLLED_BACK):
        return False
    return status not in _UNDER_WAY[situation.request.type] and ("ROLLBACK" in status or "DELETE" in status)
