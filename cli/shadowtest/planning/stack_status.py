"""What the status of a stack means for its deployment."""

from shadowtest.values.stack import is_in_progress

_DELETED_FIRST = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
"""The creation failed, so CloudFormation can only delete the stack."""
_BEING_DELETED = ("ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS")
_NOT_ROLLED_BACK = ("CREATE_FAILED", "UPDATE_FAILED")
_WAYS_OUT = {
    "UPDATE_ROLLBACK_FAILED": "Continue the rollback with 'aws cloudformation continue-update-rollback'",
    # AWS documents ContinueUpdateRollback for UPDATE_ROLLBACK_FAILED only.
    "IMPORT_ROLLBACK_FAILED": "AWS documents no way to continue the rollback of an import",
    "DELETE_FAILED": "Delete the stack",
}
"""The statuses in which CloudFormation refuses each update, with what to do first."""


def is_created_anew(status: str) -> bool:
    """Whether the next deployment creates the stack again, after the existing one is deleted."""
    return status in (*_DELETED_FIRST, *_BEING_DELETED)


def refusal(status: str) -> str | None:
    """Why CloudFormation refuses the deployment; ``None`` if it does not."""
    way_out = _WAYS_OUT.get(status)
    return f"the stack is {status}, in which CloudFormation can't update it. {way_out}" if way_out else None


def status_note(status: str) -> str | None:
    """What a reviewer must know about the stack, in one or more sentences. ``None`` if there is nothing."""
    if status in _DELETED_FIRST:
        return (
            f"The stack is {status}. CloudFormation can only delete a stack in this status. 'cdk deploy' deletes the "
            "stack and creates it again, which is what this plan shows. With other tools, delete the stack first."
        )
    if status in _NOT_ROLLED_BACK:
        return (
            f"The stack is {status}: its last deployment failed and was not rolled back. CloudFormation updates it "
            "only if rollback is disabled, as with 'cdk deploy --no-rollback', which is what this plan shows. Without "
            "that option, 'cdk deploy' rolls the stack back first."
        )
    if not is_in_progress(status):
        return (
            f"The stack is {status}. CloudFormation can't update a stack in this status." if refusal(status) else None
        )
    waits = f"The stack is {status}. CloudFormation accepts no deployment until this operation ends."
    if is_created_anew(status):
        return f"{waits} This plan shows a deployment that creates the stack again after that."
    return f"{waits} What is live can change until then."
