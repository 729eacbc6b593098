"""What the handler will do for one request: its own plan, step by step, on what is live.

A pure function of the request and of what is live. What the handler can't know before it tries is assumed: SageMaker
accepts each call, apart from one that the handler itself makes only tentatively before the end of a test. Of these it
accepts the Delete of a test that has not started, and ``stops_scheduled`` decides about the Stop of such a test.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from inference_experiment_handler.model.journal import CONSISTENCY_WINDOW, Journal
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.operations import CREATE, DELETE, DESCRIBE_STACKS, STOP
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.model.steps import Call, Done, Fail, Purpose, Wait
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.wording import IF_MOVED
from shadowtest.planning.effects import applied
from shadowtest.planning.live import Live
from shadowtest.planning.neighbours import in_words, neighbour_of, overlap
from shadowtest.planning.transitions import Open, passed

_MOST_STEPS = 100
_MOMENT = timedelta(milliseconds=1)
"""Each answer is younger than what it is asked about."""
_FORWARD = {
    RequestType.CREATE: "CREATE_IN_PROGRESS",
    RequestType.UPDATE: "UPDATE_IN_PROGRESS",
    RequestType.DELETE: "DELETE_IN_PROGRESS",
}


@dataclass(frozen=True)
class Taken:
    """A step of the handler's that SageMaker accepts: what it was planned from, and what is live after it.

    ``waits_for``: the statuses from before the deployment that the handler waits out.
    """

    before: Situation
    step: Call | Wait
    after: Live
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """All that happens for one request, up to its answer, or to what is not known."""

    request: Request
    taken: tuple[Taken, ...]
    end: Done | Fail | Open
    live: Live
    situation: Situation
    """What the end was planned from."""
    neighbour: ObservedExperiment | None = None
    """Another experiment on the endpoint, because of which SageMaker refuses the test."""


def course_of(request: Request, live: Live, now: datetime, *, stops_scheduled: bool = False) -> Course:
    """``stops_scheduled``: SageMaker stops a test that has not started, which is not documented."""
    journal = Journal()
    taken: list[Taken] = []
    for _ in range(_MOST_STEPS):
        situation = live.situation(request, journal, now)
        unread = live.unread & {request.name.casefold(), *situation.endpoints}
        if unread:
            unknown = Open("the name of a live resource is known only at deployment")
            return Course(request, tuple(taken), unknown, live, situation)
        for target in situation.targets:
            if target.lease_observed:
                journal.record_lease_observed(target.name)
        step = plan(situation)
        observed = situation.observed
        journal.record_observation(exists=observed is not None, alive=observed is not None and not observed.ended)
        if isinstance(step, Done | Fail):
            return Course(request, tuple(taken), step, live, situation)
        now += _MOMENT
        waits_for: tuple[str, ...] = ()
        if isinstance(step, Wait):
            waits_for = _waited_out(live, situation)
            then = passed(live, situation)
            if isinstance(then, Open):
                taken.append(Taken(situation, step, live, waits_for))
                return Course(request, tuple(taken), then, live, situation)
            if then is None:
                # It waits for something to show, or for a conflict to pass.
                now += CONSISTENCY_WINDOW
            live = then or live
        elif step.operation == DESCRIBE_STACKS:
            journal.record(step, now)
            journal.record_stack(_FORWARD[request.type], now, now)
            continue
        elif step.purpose == Purpose.UNHANDLED_STATUS:
            unknown = Open(f"it is not known what SageMaker allows: {step.why}")
            return Course(request, tuple(taken), unknown, live, situation)
        elif _is_refused(step, live, stops_scheduled=stops_scheduled):
            journal.record_conflict(step, now)
            continue
        else:
            after = applied(step, live, now)
            neighbour = _in_the_way(step, after)
            if neighbour is not None:
                return Course(request, tuple(taken), _refusal(step, after, neighbour), live, situation, neighbour)
            live = after
            journal.record(step, now)
        taken.append(Taken(situation, step, live, waits_for))
    return Course(request, tuple(taken), Open(f"no end in {_MOST_STEPS} steps"), live, situation)


def _is_refused(call: Call, live: Live, *, stops_scheduled: bool) -> bool:
    experiment = live.experiment(call.subject)
    if experiment is None or experiment.ended or not call.tentative or call.operation not in (STOP, DELETE):
        return False
    return not (experiment.not_started and (stops_scheduled or call.operation == DELETE))


def _in_the_way(call: Call, after: Live) -> ObservedExperiment | None:
    return neighbour_of(after.experiments[call.subject.casefold()], after) if call.operation == CREATE else None


def _refusal(call: Call, after: Live, neighbour: ObservedExperiment) -> Fail | Open:
    """SageMaker documents that an endpoint has one shadow variant, and not that it has one scheduled test."""
    if overlap(after.arrivals[call.subject.casefold()].experiment, neighbour):
        return Fail(f"{in_words(neighbour)}. An endpoint can have one test at a time. {IF_MOVED}")
    return Open(f"{in_words(neighbour)}. SageMaker does not document whether it accepts another test that runs later")


def _waited_out(live: Live, situation: Situation) -> tuple[str, ...]:
    experiments = [target.experiment for target in situation.targets if target.experiment.in_transition]
    if experiments:
        before = (each for each in experiments if each.name.casefold() not in live.arrivals)
        return tuple(f"{each.name}: {each.status}" for each in before)
    endpoints = (each for each in situation.endpoints.values() if each is not None and each.in_transition)
    return tuple(f"endpoint {each.name}: {each.status}" for each in endpoints)
