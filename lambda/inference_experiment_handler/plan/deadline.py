"""How long a request may go on, and what is answered when its time is over."""

from datetime import timedelta

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation

_OVERTIME = timedelta(hours=2)
"""More than SageMaker takes for anything; and few enough handovers not to be taken for a loop by Lambda."""


def may_go_on(situation: Situation) -> bool:
    """Whether there is time left.

    What was created and is not waited for any more has to go, however long that takes: nobody else will see to it, and
    nobody waits for the answer.
    """
    request = situation.request
    created_at = situation.journal.perhaps_completed_at(CREATE, request.name)
    if created_at is not None and stack.gave_up(situation, since=created_at):
        return situation.now < request.deadline + _OVERTIME
    return situation.now < request.deadline


def out_of_time(situation: Situation, waiting_for: str) -> str:
    """The reason to answer with when CloudFormation's time for the resource runs out."""
    experiment, journal = situation.observed, situation.journal
    reached = f"{experiment.name} is {experiment.status}" if experiment else "there is no experiment"
    reason = f" ({experiment.status_reason})" if experiment and experiment.status_reason else ""
    news = journal.last_error and journal.last_error not in waiting_for
    last = f"; the last error was {journal.last_error}" if news else ""
    return f"not finished before ServiceTimeout: {reached}{reason}, {waiting_for}{last}"
