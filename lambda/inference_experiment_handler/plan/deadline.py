"""How long a request may continue, and the reason for FAILED after its deadline."""

from datetime import timedelta

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation

_OVERTIME = timedelta(hours=2)
"""Longer than any operation of SageMaker, with few enough handovers that Lambda does not detect a loop."""


def may_go_on(situation: Situation) -> bool:
    """Whether there is time left.

    The handler must remove what it created if the stack no longer waits for it, however long that takes. No other
    request will do that, and no deadline applies.
    """
    request = situation.request
    created_at = situation.journal.perhaps_completed_at(CREATE, request.name)
    if created_at is not None and stack.gave_up(situation, since=created_at):
        return situation.now < request.deadline + _OVERTIME
    return situation.now < request.deadline


def not_finished(request: Request) -> str:
    """The beginning of the reason for a failure after the deadline."""
    return "not finished in time" if request.type is RequestType.GUARDRAIL else "not finished before ServiceTimeout"


def out_of_time(situation: Situation, waiting_for: str) -> str:
    """The reason for a failure after the deadline, which is CloudFormation's time-out for the resource."""
    experiment, journal = situation.observed, situation.journal
    reached = f"{experiment.name} is {experiment.status}" if experiment else "there is no experiment"
    reason = f" ({experiment.status_reason})" if experiment and experiment.status_reason else ""
    news = journal.last_error and journal.last_error not in waiting_for
    last = f"; the last error was {journal.last_error}" if news else ""
    return f"{not_finished(situation.request)}: {reached}{reason}, {waiting_for}{last}"
