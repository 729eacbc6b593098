"""The one loop: observe, decide, act, again; for every request, and resumed after every hand-over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler import service
from inference_experiment_handler.decide import decide, out_of_time
from inference_experiment_handler.event import Request
from inference_experiment_handler.live import Experiment
from inference_experiment_handler.observe import Observation, observe
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.service import BusyError, NotFoundError, NotYetError, SageMaker, ServiceError
from inference_experiment_handler.steps import Call, Done, Fail, Step, Wait

PATIENCE = timedelta(seconds=90)
"""For so long access may be denied, or a name be taken, before it counts: new roles and policies spread slowly."""

_MOST_STEPS = 40
"""More than any request needs between two waits; a safeguard against a loop that doesn't settle."""


@dataclass(frozen=True)
class Settled:
    """How a request ended, and what was live then."""

    step: Done | Fail
    experiment: Experiment | None


Log = Callable[[Observation | None, Step], None]


def advance(
    request: Request, progress: Progress, client: SageMaker, now: Callable[[], datetime], log: Log
) -> Settled | None:
    """Does all that can be done without waiting; ``None`` where the next look has to come later."""
    for _ in range(_MOST_STEPS):
        seen: Observation | None = None
        try:
            seen = observe(request, progress, client, now())
            experiment = seen.experiment
            step = decide(request, seen, progress)
            progress.record_look(exists=experiment is not None, alive=experiment is not None and not experiment.ended)
            log(seen, step)
            if isinstance(step, Done | Fail):
                return Settled(step, experiment)
            if isinstance(step, Wait):
                return None
            _act(step, progress, client, now)
        except ServiceError as error:
            answer = _meant(error, request, progress, seen, now())
            log(seen, answer)
            if isinstance(answer, Fail):
                return Settled(answer, seen.experiment if seen else None)
            return None
    return None


def _act(step: Call, progress: Progress, client: SageMaker, now: Callable[[], datetime]) -> dict[str, Any] | None:
    try:
        answer = service.call(client, step.operation, step.arguments)
    except NotFoundError:
        # Gone since the look; the next look tells what that means.
        return None
    except BusyError as error:
        progress.record_refusal(step, str(error))
        raise
    except service.RefusedError as error:
        if not step.tentative:
            raise
        progress.record_refusal(step, str(error))
        return None
    progress.record(step, now())
    return answer


def _meant(
    error: ServiceError, request: Request, progress: Progress, seen: Observation | None, now: datetime
) -> Wait | Fail:
    """What an error means for the request: wait and look again, or give up."""
    if isinstance(error, NotYetError) and progress.record_denial(now) >= PATIENCE:
        return Fail(str(error))
    if not isinstance(error, BusyError | NotYetError):
        return Fail(str(error))
    return Wait(str(error)) if now < request.deadline else Fail(out_of_time(str(error), seen, progress))
