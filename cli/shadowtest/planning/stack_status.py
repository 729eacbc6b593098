"""What the status of a stack means for its deployment."""

from shadowtest.values.stack import is_in_progress

_CREATED_ANEW = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
_WAYS_OUT = {
    "UPDATE_ROLLBACK_FAILED": "Continue the rollback with 'aws cloudformation continue-update-rollback'",
    "IMPORT_ROLLBACK_FAILED": "Continue the rollback with 'aws cloudformation continue-update-rollback'",
    "DELETE_FAILED": "Delete the stack",
}
"""The statuses in which each update is refused, with what to do first."""


def is_created_anew(status: str) -> bool:
    """Whether a deployment creates the stack anew, because its creation has failed."""
    return status in _CREATED_ANEW


def refusal(status: str) -> str | None:
    """Why CloudFormation refuses the deployment; ``None`` where it does not."""
    way_out = _WAYS_OUT.get(status)
    return f"the stack is {status}, in which CloudFormation can't update it. {way_out}" if way_out else None


def status_note(status: str) -> str | None:
    """What a reviewer has to know of the stack, one or more sentences; ``None`` where there is nothing."""
    if is_in_progress(status):
        return f"The stack is {status}. CloudFormation accepts no deployment until this operation ends."
    if is_created_anew(status):
        return (
            f"The stack is {status}. CloudFormation can't update a stack in this status. 'cdk deploy' deletes the "
            "stack and creates it again, which is what this plan shows. With other tools, delete the stack first."
        )
    if status in _WAYS_OUT:
        return f"The stack is {status}. CloudFormation can't update a stack in this status."
    return None
