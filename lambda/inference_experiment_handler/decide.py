"""The next step of a request: a pure function of what is asked, what is live, and what the request has done already.

Level-triggered: whatever happened before, the same sight leads to the same step.
"""

from inference_experiment_handler.decide_present import decide_present
from inference_experiment_handler.decide_removal import decide_removal
from inference_experiment_handler.event import Request
from inference_experiment_handler.observe import Observation
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Fail, Step, Wait


def decide(request: Request, seen: Observation, progress: Progress) -> Step:
    """Call, wait, done or fail."""
    if request.declaration is None:
        step = decide_removal(request, seen, progress)
    else:
        step = decide_present(request, request.declaration, seen, progress)
    if isinstance(step, Wait) and seen.now >= request.deadline:
        return Fail(out_of_time(step.why, seen, progress))
    return step


def out_of_time(waiting_for: str, seen: Observation | None, progress: Progress) -> str:
    """The reason to answer with when CloudFormation's time for the resource runs out."""
    experiment = seen.experiment if seen else None
    reached = f"{experiment.name} is {experiment.status}" if experiment else "there is no experiment"
    reason = f" ({experiment.status_reason})" if experiment and experiment.status_reason else ""
    last = f"; SageMaker said last: {progress.last_refusal}" if progress.last_refusal else ""
    return f"not finished before ServiceTimeout: {reached}{reason}, {waiting_for}{last}"
