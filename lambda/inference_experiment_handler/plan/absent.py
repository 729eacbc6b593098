"""There is no experiment of that name: create it, unless it existed a moment ago, or there is nothing to create."""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.operations import CREATE, DELETE, STOP
from inference_experiment_handler.model.request import RequestType
from inference_experiment_handler.model.steps import Call, Done, Fail, Infeasible, Step, Wait
from inference_experiment_handler.model.tags import LEASE
from inference_experiment_handler.plan import arguments, last_applied, stack
from inference_experiment_handler.plan.awaited import while_awaited
from inference_experiment_handler.plan.ending_proof import ending_problem, endpoint_after
from inference_experiment_handler.plan.endpoint import placement_problem, still_updating
from inference_experiment_handler.plan.keep_production import removal_that_keeps_production
from inference_experiment_handler.plan.live_count import desired_as_served
from inference_experiment_handler.plan.predecessor import on_the_same_endpoint
from inference_experiment_handler.plan.removal import ending_of
from inference_experiment_handler.plan.resolution import resolve_by_promotion, resolve_ending
from inference_experiment_handler.plan.schedule import start_now_problem
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import DEPLOY_INSTEAD, GIVEN_UP, taken_in_words
from inference_experiment_handler.spec.declaration import Declaration, DeclaredEnding
from inference_experiment_handler.spec.text import iso_duration, iso_instant


def plan_absent(situation: Situation) -> Step | Infeasible:
    """The step of a Create or an Update if its experiment does not exist."""
    journal, request, declared = situation.journal, situation.request, situation.declared
    name = request.name
    if journal.perhaps_completed(DELETE, name):
        ended = declared.conclusion is not None
        return Done(f"{name} was cancelled before it started") if ended else Fail(GIVEN_UP)
    is_new = not journal.existed or bool(stack.is_rollback(situation))
    if is_new and journal.may_not_show_yet(CREATE, name, situation.now):
        return Wait(f"waiting for {CREATE} to take effect")
    if journal.is_completed(CREATE, name) or journal.existed:
        gone = f"{name} was deleted outside of this stack during this request; it is not created again"
        if journal.perhaps_completed(CREATE, name):
            return Fail(gone)
        may_have_run = name in journal.seen_running or journal.perhaps_completed(STOP, name)
        called_off = declared.conclusion is not None and not declared.conclusion.promotes
        if called_off and not may_have_run and request.replaces is None:
            # It is gone, as declared. Another delivery of this request may have cancelled and deleted it.
            return _ended(name)
        # The update that is rolled back may have deleted it before it detected the rollback.
        return Infeasible(gone, in_rollback=lambda: _put_back(situation))
    return _plan_creation(situation)


def _put_back(situation: Situation) -> Step:
    step = _plan_creation(situation)
    return step.in_rollback() if isinstance(step, Infeasible) else step


def _plan_creation(situation: Situation) -> Step | Infeasible:
    request, declared, name = situation.request, situation.declared, situation.request.name
    if request.type is RequestType.UPDATE and request.replaces is None:
        over = _already_over(situation)
        if over is not None:
            return over
    problem = _creation_problem(situation)
    if problem is None:
        wait = _wait_for_predecessor(situation) or still_updating(situation.endpoint(declared.endpoint_name))
        if wait is not None:
            return wait
        endpoint = _endpoint_then(situation)
        problem = placement_problem(situation, endpoint)
    if problem is not None:
        left = Done(f"there is no experiment {name}, and it can't be created again")
        return Infeasible(problem, in_rollback=lambda: left)
    return _create(replace(situation, served=endpoint.production[0]) if endpoint is not None else situation)


def _create(situation: Situation) -> Step:
    request = situation.request
    # The digests of what was applied are written when it has been applied.
    tags = {**situation.desired.tags, **request.owner.tags, LEASE: request.token}
    why = taken_in_words(situation.declared, desired_as_served(situation)) or "there is no experiment"
    create = Call(CREATE, request.name, arguments.create(situation, tags), why)
    # A Delete can't find an experiment that does not exist yet, so it must not be created after a Delete.
    return while_awaited(situation, create)


def _already_over(situation: Situation) -> Step | Infeasible | None:
    """The test is declared as ended, so there is nothing to create."""
    request, declared = situation.request, situation.declared
    done = _ended(request.name)
    if declared.conclusion is None:
        return done if _end_is_past(situation) else None
    if not declared.conclusion.promotes or _was_concluded_so(situation):
        return done
    endpoint = situation.endpoint(declared.endpoint_name)
    problem = _promotion_problem(declared, declared.conclusion, endpoint)
    if problem is None:
        return done
    return still_updating(endpoint) or Infeasible(
        f"there is no experiment {request.name} to promote from, and {problem}: {DEPLOY_INSTEAD}",
        in_rollback=lambda: done,
    )


def _ended(name: str) -> Done:
    return Done(f"there is no experiment {name}, and its test is declared as ended")


def _promotion_problem(
    declared: Declaration, conclusion: DeclaredEnding, endpoint: ObservedEndpoint | None
) -> str | None:
    """A problem if the endpoint does not serve the shadow variant of a test that has no record."""
    served = endpoint.production[0] if endpoint is not None and len(endpoint.production) == 1 else None
    test = resolve_by_promotion(declared, served)
    if test is None:
        model = declared.shadow.model_name
        return f"endpoint {declared.endpoint_name} does not serve model {model} as its only production variant"
    return ending_problem(resolve_ending(conclusion, test), test, endpoint)


def _was_concluded_so(situation: Situation) -> bool:
    """Whether the same conclusion was declared before."""
    previous = situation.request.previous.declared if situation.request.previous else None
    before = last_applied.conclusion_digest(previous.conclusion) if previous else None
    return before == last_applied.conclusion_digest(situation.declared.conclusion)


def _creation_problem(situation: Situation) -> str | None:
    """A problem because of which the test can't be created, independent of the endpoint."""
    request, journal, declared = situation.request, situation.journal, situation.declared
    if declared.conclusion is not None:
        return (
            f"DesiredState {declared.conclusion.desired_state} ends a test, but there is no test {request.name} yet: "
            "to start one, remove DesiredState and ModelVariantActions"
        )
    # Only for an update that replaces a run. A rollback deletes the failed run itself, so it does not matter if the
    # failed run is already gone: another delivery of the rollback may have deleted it.
    gone = request.replaces_forward and situation.predecessor is None and request.replaces in journal.leases
    if gone and request.replaces and not journal.perhaps_completed(DELETE, request.replaces):
        return f"{request.replaces} was deleted during the request that replaces it; nothing is created"
    schedule = declared.schedule
    problem = start_now_problem(schedule, situation.now) if schedule.is_due(situation.now) else None
    if problem is None and schedule.start and schedule.duration and _end_is_past(situation):
        return (
            f"Schedule.StartTime {iso_instant(schedule.start)} plus Schedule.Duration "
            f"{iso_duration(schedule.duration)} is in the past, so the test would be over: declare a StartTime in the "
            "future, or omit it to start the test now"
        )
    return problem


def _end_is_past(situation: Situation) -> bool:
    schedule = situation.declared.schedule
    end = schedule.end_of_a_test_started_at(schedule.start or situation.now)
    return end is not None and end <= situation.now


def _wait_for_predecessor(situation: Situation) -> Wait | None:
    """While the run that this one replaces is in transition, it is not known what the endpoint will serve."""
    predecessor = _predecessor_there(situation)
    if predecessor is None or not predecessor.experiment.in_transition:
        return None
    return Wait(f"waiting for {predecessor.name}: {predecessor.experiment.status}")


def _endpoint_then(situation: Situation) -> ObservedEndpoint | None:
    """The endpoint as it will be when the run that this one replaces has ended, possibly with a promotion."""
    predecessor, previous = _predecessor_there(situation), situation.request.previous
    endpoint = situation.endpoint(situation.declared.endpoint_name)
    if predecessor is None or endpoint is None or previous is None or predecessor.experiment.ended:
        return endpoint
    experiment, ending = predecessor.experiment, ending_of(predecessor, previous.removal)
    sent = removal_that_keeps_production(ending, experiment, endpoint) if experiment.running else ending
    return endpoint_after(sent, experiment, endpoint) if sent is not None else endpoint


def _predecessor_there(situation: Situation) -> Target | None:
    """The run that this one replaces, if it belongs to this resource and is on the same endpoint."""
    predecessor = situation.predecessor
    if predecessor is None or not predecessor.ours or not on_the_same_endpoint(situation, predecessor):
        return None
    return predecessor
