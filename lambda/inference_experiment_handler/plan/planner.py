"""The next step of a request: a pure function of what is asked, what is live, and what the request has done already.

Level-triggered: whatever happened before, the same sight and the same progress lead to the same step.
"""

from datetime import datetime, timedelta

from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.steps import Call, Done, Fail, Refusal, Step
from inference_experiment_handler.observer import Observation
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.lease import marking, taking_over
from inference_experiment_handler.plan.present import decide_present
from inference_experiment_handler.plan.removal import decide_removal
from inference_experiment_handler.runtime.event import Request, RequestType

_OVERTIME = timedelta(hours=2)
"""More than SageMaker takes for anything; and few enough hand-overs not to be taken for a loop by Lambda."""


def decide(request: Request, seen: Observation, progress: Progress) -> Step:
    """Call, wait, done or fail."""
    step = taking_over(request, seen, progress) or _decide(request, seen, progress)
    step = marking(request, step, seen, progress) or step
    if isinstance(step, Done | Fail) or may_go_on(request, progress, seen.now):
        return step
    return Fail(out_of_time(step.why, seen, progress))


def may_go_on(request: Request, progress: Progress, now: datetime) -> bool:
    """Whether there is time left.

    What was created and is not waited for any more has to go, however long that takes: nobody else will see to it, and
    nobody waits for the answer.
    """
    created_at = progress.perhaps_made_at(CREATE, request.name)
    if created_at is not None and stack.gave_up(request, progress, since=created_at):
        return now < request.deadline + _OVERTIME
    return now < request.deadline


def _decide(request: Request, seen: Observation, progress: Progress) -> Step:
    if request.declaration is None:
        return decide_removal(request, seen, progress)
    step = decide_present(request, request.declaration, seen, progress)
    rollback = stack.is_rollback(progress) if request.type is RequestType.UPDATE else False
    if rollback is None and not isinstance(step, Done | Fail):
        # Only CloudFormation tells a rollback from any other update, and only right at the beginning.
        why = step.reason if isinstance(step, Refusal) else step.why
        step = stack.asking(request, f"whether this is a rollback: {why}")
    elif isinstance(step, Refusal):
        step = step.in_rollback if rollback else Fail(step.reason)
    if isinstance(step, Call) and step.key in progress.rejected:
        if rollback and step.subject == request.name:
            return Done("SageMaker refuses to put it back, so it is left as it is")
        return Fail(progress.rejected[step.key])
    return step


def out_of_time(waiting_for: str, seen: Observation | None, progress: Progress) -> str:
    """The reason to answer with when CloudFormation's time for the resource runs out."""
    experiment = seen.experiment if seen else None
    reached = f"{experiment.name} is {experiment.status}" if experiment else "there is no experiment"
    reason = f" ({experiment.status_reason})" if experiment and experiment.status_reason else ""
    news = progress.last_words and progress.last_words not in waiting_for
    last = f"; the last error was {progress.last_words}" if news else ""
    return f"not finished before ServiceTimeout: {reached}{reason}, {waiting_for}{last}"
