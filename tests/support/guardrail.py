"""A guardrail of a stack: its alarm, and the invocations of its rule."""

import itertools
from typing import Any

from inference_experiment_handler import index
from inference_experiment_handler.runtime.guardrail import GuardrailError
from simulation.function import Context
from simulation.guardrail import guardrail_event
from tests.support.stack import Stack

ALARM = "shadow-is-slow"
_INVOCATIONS = itertools.count(1)


def look(stack: Stack, experiment: str, *alarms: str, **given: Any) -> str | None:
    """EventBridge invokes the function, and Lambda what is handed over. Returns the error, if there is one."""
    event = guardrail_event(
        experiment, *(alarms or (ALARM,)), **{"stack_id": stack.stack_id, "logical_id": stack.logical_id, **given}
    )
    context = Context(stack.clock, stack.timeout, aws_request_id=f"look-{next(_INVOCATIONS)}")
    try:
        index.serve(event, context, stack.ports)
        stack.run()
    except GuardrailError as error:
        return str(error)
    return None


def ring(stack: Stack, *alarms: str) -> None:
    stack.cloudwatch.alarms.update(dict.fromkeys(alarms or (ALARM,), "ALARM"))


def running(stack: Stack, declaration: dict[str, Any], *, then: str = "CREATE_COMPLETE") -> str:
    """A test that a complete stack has created. Its alarm is OK."""
    answer = stack.create(declaration)
    assert answer.succeeded, answer.reason
    stack.status = then
    stack.clock.advance(3600)
    stack.cloudwatch.alarms[ALARM] = "OK"
    stack.sagemaker.record.clear()
    return answer.physical_id
