"""The next step of a request: a pure function of what is asked, what is live, and what the request has done already.

Level-triggered: whatever happened before, the same sight and the same progress lead to the same step.
"""

from inference_experiment_handler import stack
from inference_experiment_handler.decide_present import decide_present
from inference_experiment_handler.decide_removal import decide_removal
from inference_experiment_handler.event import Request, RequestType
from inference_experiment_handler.observe import Observation
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Done, Fail, Refusal, Step


def decide(request: Request, seen: Observation, progress: Progress) -> Step:
    """Call, wait, done or fail."""
    step = _decide(request, seen, progress)
    if isinstance(step, Done | Fail) or seen.now < request.deadline:
        return step
    return Fail(out_of_time(step.why, seen, progress))


def _decide(request: Request, seen: Observation, progress: Progress) -> Step:
    if request.declaration is None:
        return decide_removal(request, seen, progress)
    step = decide_present(request, request.declaration, seen, progress)
    if not isinstance(step, Refusal):
        return step
    if request.type is not RequestType.UPDATE:
        return Fail(step.reason)
    # Only CloudFormation tells a rollback from any other update.
    rollback = stack.rolling_back(seen, progress)
    if rollback is None:
        return stack.asking(request, f"whether this is a rollback, or to be refused: {step.reason}")
    return step.in_rollback if rollback else Fail(step.reason)


def out_of_time(waiting_for: str, seen: Observation | None, progress: Progress) -> str:
    """The reason to answer with when CloudFormation's time for the resource runs out."""
    experiment = seen.experiment if seen else None
    reached = f"{experiment.name} is {experiment.status}" if experiment else "there is no experiment"
    reason = f" ({experiment.status_reason})" if experiment and experiment.status_reason else ""
    news = progress.last_words and progress.last_words not in waiting_for
    last = f"; the last error was {progress.last_words}" if news else ""
    return f"not finished before ServiceTimeout: {reached}{reason}, {waiting_for}{last}"
