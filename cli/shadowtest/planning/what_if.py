"""What the handler will do for one request: its own planner runs on the live state, step by step.

A pure function of the request and of the live state. It assumes what the handler can't know in advance: SageMaker
accepts each call. The exception is a call that the handler makes only tentatively before the end of a test. Of these
calls, SageMaker is assumed to accept the Delete of a test that has not started, and ``stops_scheduled`` decides about
its Stop.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from inference_experiment_handler.model.journal import CONSISTENCY_WINDOW, Journal
from inference_experiment_handler.model.operations import CREATE, DELETE, DESCRIBE_STACK_RESOURCE, DESCRIBE_STACKS, STOP
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.model.steps import Call, Done, Fail, Purpose, Wait
from inference_experiment_handler.plan.needs import evidence_needed
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.spec.text import iso_duration
from shadowtest.planning.effects import applied
from shadowtest.planning.live import Live
from shadowtest.planning.neighbours import hidden_in_words, neighbours_of, times_of
from shadowtest.planning.one_at_a_time import Crowd
from shadowtest.planning.transitions import Open, passed

_MOST_STEPS = 100
_MOMENT = timedelta(milliseconds=1)
"""The time that passes with each step, so that a response is later than the call before it."""
_FORWARD = {
    RequestType.CREATE: "CREATE_IN_PROGRESS",
    RequestType.UPDATE: "UPDATE_IN_PROGRESS",
    RequestType.DELETE: "DELETE_IN_PROGRESS",
}


@dataclass(frozen=True)
class Taken:
    """A step of the handler that SageMaker accepts: what it was planned from, and what is live after it.

    ``waits_for``: the transitions that began before the deployment, and that the handler waits for.
    """

    before: Situation
    step: Call | Wait
    after: Live
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """Everything that happens for one request, up to its response, or up to a step that is not known."""

    request: Request
    taken: tuple[Taken, ...]
    end: Done | Fail | Open
    live: Live
    situation: Situation
    """What the end was planned from."""
    crowd: Crowd | None = None
    """The other tests on the endpoint, if they prevent the creation of the test, or may prevent it."""


def course_of(request: Request, live: Live, now: datetime, *, stops_scheduled: bool = False) -> Course:
    """``stops_scheduled``: SageMaker accepts the Stop of a test that has not started, which is not documented."""
    journal = Journal()
    taken: list[Taken] = []
    for _ in range(_MOST_STEPS):
        situation = live.situation(request, journal, now)
        unread = _unread(live, situation)
        if unread is not None:
            return Course(request, tuple(taken), unread, live, situation)
        for target in situation.targets:
            if target.lease_observed:
                journal.record_lease_observed(target.name)
        step = plan(situation)
        observed = situation.observed
        journal.record_observation(exists=observed is not None, alive=observed is not None and not observed.ended)
        if isinstance(step, Done | Fail):
            return Course(request, tuple(taken), step, live, situation)
        if isinstance(step, Wait) and situation.judgement is not None and step.leaves_untouched:
            return Course(request, tuple(taken), _patient(situation, step), live, situation)
        now += _MOMENT
        waits_for: tuple[str, ...] = ()
        if isinstance(step, Wait):
            waits_for = _waited_out(live, situation)
            then = passed(live, situation)
            if isinstance(then, Open):
                taken.append(Taken(situation, step, live, waits_for))
                return Course(request, tuple(taken), then, live, situation)
            if then is None:
                # It waits until a change becomes visible, or until a conflict is resolved.
                now += CONSISTENCY_WINDOW
            live = then or live
        elif step.operation == DESCRIBE_STACKS:
            journal.record(step, now)
            journal.record_stack(_FORWARD[request.type], now, now)
            continue
        elif step.operation == DESCRIBE_STACK_RESOURCE:
            journal.record_resource(now)
            continue
        elif step.purpose == Purpose.UNHANDLED_STATUS:
            unknown = Open(f"it is not known what SageMaker allows: {step.why}")
            return Course(request, tuple(taken), unknown, live, situation)
        elif _is_refused(step, live, stops_scheduled=stops_scheduled):
            journal.record_conflict(step, f"{step.operation} may be refused", now)
            continue
        else:
            after = applied(step, live, now)
            crowd = _crowd(step, after)
            answer = crowd.answer if crowd is not None else None
            if answer is not None:
                end = Fail(answer.why) if answer.is_refused else Open(answer.why)
                return Course(request, tuple(taken), end, live, situation, crowd)
            if crowd is not None and after.hidden:
                unknown = Open(hidden_in_words(crowd.endpoint, after))
                return Course(request, tuple(taken), unknown, live, situation)
            live = after
            journal.record(step, now)
        taken.append(Taken(situation, step, live, waits_for))
    return Course(request, tuple(taken), Open(f"no end in {_MOST_STEPS} steps"), live, situation)


def _unread(live: Live, situation: Situation) -> Open | None:
    """Why the next step is not known. Otherwise ``None``."""
    if situation.request.name.casefold() in live.unread:
        return Open("the name of the experiment is known only at deployment")
    if evidence_needed(situation) is not None and situation.evidence is None:
        return Open(f"{situation.request.name} is promoted only if PromoteIf holds, which the deployment will judge")
    why = (live.unread_endpoints[name] for name in situation.endpoints if name in live.unread_endpoints)
    return next(map(Open, why), None)


def _patient(situation: Situation, step: Wait) -> Open:
    """The verdict may be another one by the end of the deployment's wait."""
    gate, judgement = situation.declared.promote_if, situation.judgement
    waits = f". The deployment waits for up to {iso_duration(gate.patience)}" if gate is not None else ""
    sentences = judgement.sentences if judgement is not None else ()
    return Open(" ".join((f"{step.why}{waits}.", *sentences)).rstrip("."))


def _is_refused(call: Call, live: Live, *, stops_scheduled: bool) -> bool:
    experiment = live.experiment(call.subject)
    if experiment is None or experiment.ended or not call.tentative or call.operation not in (STOP, DELETE):
        return False
    return not (experiment.not_started and (stops_scheduled or call.operation == DELETE))


def _crowd(call: Call, after: Live) -> Crowd | None:
    if call.operation != CREATE:
        return None
    created = after.arrivals[call.subject.casefold()].experiment
    return Crowd(created.endpoint_name, times_of(created), tuple(neighbours_of(created, after)))


def _waited_out(live: Live, situation: Situation) -> tuple[str, ...]:
    experiments = [target.experiment for target in situation.targets if target.experiment.in_transition]
    if experiments:
        before = (each for each in experiments if each.name.casefold() not in live.arrivals)
        return tuple(f"{each.name}: {each.status}" for each in before)
    endpoints = (each for each in situation.endpoints.values() if each is not None and each.in_transition)
    return tuple(f"endpoint {each.name}: {each.status}" for each in endpoints)
