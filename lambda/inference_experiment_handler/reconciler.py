"""The one loop: observe, decide, act, again; for every request, and resumed after every hand-over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from inference_experiment_handler import client as service
from inference_experiment_handler.client import (
    Clients,
    ConflictError,
    LostError,
    NotFoundError,
    NotYetError,
    RefusedError,
    SageMaker,
    ServiceError,
)
from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import Experiment
from inference_experiment_handler.model.operations import CREATE, DESCRIBE_STACKS
from inference_experiment_handler.model.steps import Call, Done, Fail, Step, Wait
from inference_experiment_handler.observer import Observation, observe, tags_of
from inference_experiment_handler.plan.lease import held
from inference_experiment_handler.plan.planner import decide, may_go_on, out_of_time
from inference_experiment_handler.runtime.event import Request

_MOST_STEPS = 40
"""More than any request needs between two waits; a safeguard against a loop that doesn't settle."""


@dataclass(frozen=True)
class Settled:
    """How a request ended, what was live then, and whether its experiment may be of its own making."""

    step: Done | Fail
    experiment: Experiment | None
    began: bool = False


Log = Callable[[Observation | None, Step], None]


def advance(
    request: Request, progress: Progress, clients: Clients, now: Callable[[], datetime], log: Log
) -> Settled | None:
    """Does all that can be done without waiting; ``None`` where the next look has to come later."""
    for _ in range(_MOST_STEPS):
        seen: Observation | None = None
        step: Step | None = None
        try:
            seen = observe(request, progress, clients.sagemaker, now())
            _recall(request, seen, progress)
            step = decide(request, seen, progress)
            experiment = seen.experiment
            progress.record_look(exists=experiment is not None, alive=experiment is not None and not experiment.ended)
            log(seen, step)
            if isinstance(step, Call):
                _act(step, progress, clients, now)
        except ServiceError as error:
            step = _meant(error, request, progress, seen, now(), call=step if isinstance(step, Call) else None)
            if step is not None:
                log(seen, step)
        if isinstance(step, Done | Fail):
            return _settled(step, request, seen, progress)
        if isinstance(step, Wait):
            return None
    return None


def tags_held(
    request: Request, seen: Observation | None, progress: Progress, client: SageMaker
) -> dict[str, str] | None:
    """The tags on which invocations tell each other who goes on with the request; ``None`` where there are none.

    Empty where they can't be read just now. Raises a ``NotFoundError`` where the experiment that bore them is gone.
    """
    sight = held(request, seen, progress) if seen else None
    if sight is None:
        return None
    try:
        return tags_of(client, sight.experiment.arn)
    except NotFoundError:
        raise
    except ServiceError:
        return {}


def _recall(request: Request, seen: Observation, progress: Progress) -> None:
    """What an earlier run of this request has claimed or created, which lost all that it knew."""
    for each in (seen.sight, seen.predecessor):
        if each is not None and each.tags.get(ownership.REQUEST) == request.token:
            progress.record_named(each.experiment.name)
    sight = seen.sight
    if sight is None or sight.succeeded or sight.experiment.name in progress.claims:
        return
    if sight.tags.get(ownership.REQUEST) == request.token and sight.experiment.created is not None:
        progress.recall_creation(sight.experiment.name, sight.experiment.created)


def _act(step: Call, progress: Progress, clients: Clients, now: Callable[[], datetime]) -> None:
    answer = service.call(clients.of(step.operation), step.operation, step.arguments)
    progress.record(step, now())
    if step.operation == DESCRIBE_STACKS:
        stack = answer["Stacks"][0]
        progress.record_stack(stack["StackStatus"], stack.get("LastUpdatedTime") or stack.get("CreationTime"), now())


def _meant(
    error: ServiceError,
    request: Request,
    progress: Progress,
    seen: Observation | None,
    now: datetime,
    *,
    call: Call | None,
) -> Wait | Fail | None:
    """What an error means for the request: wait and look again, give up, or decide anew.

    ``call`` is what failed, if it was not a look.
    """
    progress.last_words = str(error)
    final = False
    match error:
        case NotFoundError() if call is not None:
            # Gone since the look, perhaps by this very call, whose first attempt went unanswered.
            progress.record_unanswered(call, now)
        case ConflictError() if call is not None and call.operation == CREATE:
            # Perhaps with what its own first attempt has created, which went unanswered.
            progress.record_unanswered(call, now)
        case ConflictError() if call is not None:
            progress.record_refusal(call, now)
        case LostError() if call is not None:
            progress.record_unanswered(call, now)
        case NotYetError() | RefusedError():
            final = isinstance(error, RefusedError) or progress.record_denial(error.operation, now)
            if final and call is not None and call.tentative:
                progress.record_refusal(call, now)
                final = False
    if final and call is not None and request.declaration is not None:
        # A rollback has to get through all the same.
        progress.record_rejection(call, str(error))
        return None
    if final:
        return Fail(str(error))
    in_time = may_go_on(request, progress, now)
    return Wait(str(error)) if in_time else Fail(out_of_time(str(error), seen, progress))


def _settled(step: Done | Fail, request: Request, seen: Observation | None, progress: Progress) -> Settled:
    sight = seen.sight if seen else None
    began = sight is not None and sight.tags.get(ownership.REQUEST) == request.token
    return Settled(step, sight.experiment if sight else None, began or progress.perhaps_made(CREATE, request.name))
