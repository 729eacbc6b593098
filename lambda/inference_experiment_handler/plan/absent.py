"""There is no experiment of that name: create it, unless it was there a moment ago, or there is nothing to create."""

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import Endpoint
from inference_experiment_handler.model.operations import CREATE, DELETE
from inference_experiment_handler.model.steps import Call, Done, Fail, Refusal, Step, Wait
from inference_experiment_handler.observer import Observation, Sight
from inference_experiment_handler.plan import arguments, fields, stack
from inference_experiment_handler.plan.endpoint import served_after, still_updating, why_not_ended_so, why_not_here
from inference_experiment_handler.plan.matching import same_name
from inference_experiment_handler.plan.removal import ending_of
from inference_experiment_handler.plan.wording import GIVEN_UP
from inference_experiment_handler.runtime.event import Request, RequestType
from inference_experiment_handler.spec.declaration import Declaration
from inference_experiment_handler.spec.parser import length_problem
from inference_experiment_handler.spec.reader import iso_instant


def decide_absent(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step | Refusal:
    name = request.name
    if progress.perhaps_made(DELETE, name):
        called_off = declaration.conclusion is not None
        return Done(f"{name} was called off before it started") if called_off else Fail(GIVEN_UP)
    if not progress.seen and progress.settling(CREATE, name, seen.now):
        return Wait(f"waiting for {CREATE} to show")
    if progress.made(CREATE, name) or progress.seen:
        return Fail(f"{name} was deleted by somebody else while this request was under way; it is not created again")
    if request.type is RequestType.UPDATE and request.replaces is None:
        over = _over(request, declaration, seen)
        if over is not None:
            return over
    wait = _in_the_way(request, declaration, seen, progress) or still_updating(seen.endpoint(declaration.endpoint_name))
    problem = _why_not_created(request, declaration, seen, progress)
    if problem is None and wait is not None:
        return wait
    problem = problem or why_not_here(declaration, _endpoint_then(request, declaration, seen, progress))
    if problem is not None:
        return Refusal(problem, in_rollback=Done(f"there is no experiment {name}, and it can't be created again"))
    return _create(request, declaration, seen, progress)


def _create(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step:
    wanted = stack.waits_for(request, seen, progress)
    if wanted is None:
        # A Delete of what is not there yet has nothing to find, so nothing may be created after it.
        return stack.asking(request, "whether this request is still waited for")
    if not wanted:
        return Fail(GIVEN_UP)
    # What was applied last is written down when it has been.
    tags = {**declaration.tags, **request.owner.tags, ownership.REQUEST: request.token}
    create = arguments.create(declaration, request.name, tags, seen.now)
    return Call(CREATE, request.name, create, "there is no experiment")


def _over(request: Request, declaration: Declaration, seen: Observation) -> Step | Refusal | None:
    """The test is declared to be over, so there is nothing to create."""
    done = Done(f"there is no experiment {request.name}, and its test is declared to be over")
    if declaration.conclusion is None:
        return done if _end_is_past(declaration, seen) else None
    previous = request.previous.applied if request.previous else None
    said_before = previous and previous[fields.CONCLUSION] == fields.conclusion_digest(declaration.conclusion)
    if said_before or not declaration.conclusion.promotes:
        return done
    variants = {variant.variant_name: variant for variant in (declaration.production, declaration.shadow)}
    shadow = declaration.shadow.variant_name
    endpoint = seen.endpoint(declaration.endpoint_name)
    problem = why_not_ended_so(declaration.conclusion, declaration.endpoint_name, shadow, variants, endpoint)
    if problem is None:
        return done
    return still_updating(endpoint) or Refusal(
        f"there is no experiment {request.name} to promote from, and {problem}: deploy the model to the endpoint "
        "the ordinary way (a new endpoint configuration), and take DesiredState and ModelVariantActions out of the "
        "declaration",
        in_rollback=done,
    )


def _why_not_created(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> str | None:
    if declaration.conclusion is not None:
        return (
            f"DesiredState {declaration.conclusion.desired_state} ends a test, but there is none named {request.name} "
            "yet: to start one, take DesiredState and ModelVariantActions out of the declaration"
        )
    if (
        request.replaces in progress.claims
        and seen.predecessor is None
        and not progress.perhaps_made(DELETE, request.replaces)
    ):
        return f"{request.replaces}, which {request.name} was to follow, was deleted meanwhile; nothing is created"
    if declaration.schedule.start is None and declaration.schedule.end is not None:
        problem = length_problem(declaration.schedule.end - seen.now, " from now")
        return f"Schedule.EndTime {problem}" if problem else None
    return _end_is_past(declaration, seen)


def _end_is_past(declaration: Declaration, seen: Observation) -> str | None:
    end_time = declaration.schedule.end_of_a_test_started_at(declaration.schedule.start or seen.now)
    return f"Schedule.EndTime {iso_instant(end_time)} is past" if end_time and end_time <= seen.now else None


def _in_the_way(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Wait | None:
    """What the endpoint will serve can't be foretold while the run that this one replaces is in transition."""
    predecessor = _own_predecessor(request, declaration, seen, progress)
    if predecessor is None or not predecessor.experiment.in_transition:
        return None
    return Wait(f"waiting for {predecessor.experiment.name}: {predecessor.experiment.status}")


def _endpoint_then(
    request: Request, declaration: Declaration, seen: Observation, progress: Progress
) -> Endpoint | None:
    """The endpoint as it will be once the run that this one replaces has ended: it may be declared to promote."""
    predecessor = _own_predecessor(request, declaration, seen, progress)
    endpoint = seen.endpoint(declaration.endpoint_name)
    if predecessor is None or endpoint is None or request.previous is None or predecessor.experiment.ended:
        return endpoint
    return served_after(ending_of(predecessor, request.previous.removal), predecessor.experiment, endpoint)


def _own_predecessor(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Sight | None:
    """The run that this one replaces, if it is this resource's and on the same endpoint."""
    predecessor = seen.predecessor
    if predecessor is None or not same_name(predecessor.experiment.endpoint_name, declaration.endpoint_name):
        return None
    name = predecessor.experiment.name
    return predecessor if progress.in_charge(name) or request.owns(name, predecessor.tags) else None
