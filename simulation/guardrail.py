"""What EventBridge sends for a guardrail: the constant input of its rule."""

from typing import Any

from simulation.cloudformation import LOGICAL_ID, STACK_ID
from simulation.cloudwatch import alarm_arn


def guardrail_event(
    experiment: str, *alarms: str, reason: str | None = None, stack_id: str = STACK_ID, logical_id: str = LOGICAL_ID
) -> dict[str, Any]:
    """``alarms``: their names. ``reason``: the words of the stack's author, for each of them."""
    words = {} if reason is None else {"Reason": reason}
    return {
        "RequestType": "Guardrail",
        "StackId": stack_id,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": experiment,
        "Alarms": [{"Arn": alarm_arn(name), **words} for name in alarms],
    }
