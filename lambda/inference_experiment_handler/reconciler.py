"""The loop of every request: observe, plan, act, and repeat. It resumes after every handover."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from inference_experiment_handler import client
from inference_experiment_handler.client import (
    Clients,
    ConflictError,
    NotFoundError,
    RetryableError,
    ServiceError,
    TerminalError,
    ThrottledError,
    UnknownOutcomeError,
)
from inference_experiment_handler.model.journal import NO_RESOURCE, Journal
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.operations import CREATE, DESCRIBE_STACK_RESOURCE, DESCRIBE_STACKS, EVIDENCE
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.model.steps import Call, Done, Fail, Step, Wait
from inference_experiment_handler.observer import observe, observe_alarms, with_evidence
from inference_experiment_handler.plan.deadline import may_go_on, not_finished, out_of_time
from inference_experiment_handler.plan.gate import unread
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.resolution import resolve_by_endpoint
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.spec.declaration import Desired

logger = logging.getLogger(__name__)

_MOST_STEPS = 40
"""More than any request needs between two waits: a safeguard against a loop that never waits."""


_LAST_LOOKS = 3


@dataclass(frozen=True)
class Outcome:
    """The result of a request, the live experiment, and whether the request may have created it.

    ``desired``: what is desired if there is no experiment, as far as it is known.
    """

    step: Done | Fail
    experiment: ObservedExperiment | None
    may_have_created: bool = False
    desired: Desired | None = None


Log = Callable[[Situation | None, Step], None]


def reconcile(
    request: Request, journal: Journal, clients: Clients, now: Callable[[], datetime], log: Log
) -> Outcome | Wait:
    """Does everything that is possible without waiting."""
    for _ in range(_MOST_STEPS):
        situation, step = _turn(request, journal, clients, now, log)
        if isinstance(step, Done | Fail):
            return _outcome(step, situation)
        if isinstance(step, Wait):
            return step
    wait = Wait(f"no wait in {_MOST_STEPS} steps, so it waits now")
    logger.warning({"experiment": request.name, "why": wait.why})
    return wait


def _turn(
    request: Request, journal: Journal, clients: Clients, now: Callable[[], datetime], log: Log
) -> tuple[Situation, Step | None]:
    """Observes, plans and acts once. Returns the step; ``None`` if it must be planned again."""
    try:
        situation = _observe(request, journal, clients, now)
    except ServiceError as error:
        situation = Situation(request, journal, now())
        failed = _after_failed_read(error, situation)
        log(None, failed)
        return situation, failed
    _recover_journal(situation)
    _record_judgement(situation)
    step = plan(situation)
    observed = situation.observed
    running = [target.name for target in situation.targets if target.experiment.running]
    alive = observed is not None and not observed.ended
    journal.record_observation(exists=observed is not None, alive=alive, running=running)
    log(situation, step)
    if not isinstance(step, Call):
        return situation, step
    try:
        _act(step, journal, clients, now)
    except ServiceError as error:
        after = _after_failed_call(error, step, replace(situation, now=now()))
        if after is not None:
            log(situation, after)
        return situation, after
    return situation, step


def _observe(request: Request, journal: Journal, clients: Clients, now: Callable[[], datetime]) -> Situation:
    """The live state. After the deadline, a failed read is retried immediately: the request may be done by then."""
    for _ in range(_LAST_LOOKS - 1):
        try:
            return _look(request, journal, clients, now())
        except (ThrottledError, UnknownOutcomeError):
            if may_go_on(Situation(request, journal, now())):
                raise
    return _look(request, journal, clients, now())


def _look(request: Request, journal: Journal, clients: Clients, now: datetime) -> Situation:
    situation = with_evidence(observe(request, journal, clients.sagemaker, now), clients.cloudwatch)
    return observe_alarms(situation, clients.cloudwatch)


def _recover_journal(situation: Situation) -> None:
    """Restores what an earlier run of this request leased or created, if its journal was lost."""
    journal = situation.journal
    for each in situation.targets:
        if each.lease_observed:
            journal.record_lease_observed(each.name)
    target = situation.target
    created_at = target.experiment.created if target is not None else None
    if target is None or created_at is None or target.name in journal.leases:
        return
    if situation.request.type is RequestType.GUARDRAIL:
        # It takes the lease of what others have created.
        return
    if target.created_by_an_earlier_run:
        journal.record_creation(target.name, created_at)


def _record_judgement(situation: Situation) -> None:
    """Keeps the headline for the response, and writes all findings to the log, once for each judgement."""
    judgement = situation.judgement
    if judgement is None:
        return
    situation.journal.record_judgement(judgement.at, judgement.verdict, judgement.headline)
    logger.info(
        {
            "experiment": situation.request.name,
            "gate": judgement.headline,
            "criteria": list(judgement.sentences),
        }
    )


def _act(step: Call, journal: Journal, clients: Clients, now: Callable[[], datetime]) -> None:
    answer = client.call(clients.of(step.operation), step.operation, step.arguments)
    journal.record(step, now())
    if step.operation == DESCRIBE_STACKS:
        stack = answer["Stacks"][0]
        journal.record_stack(stack["StackStatus"], stack.get("LastUpdatedTime") or stack.get("CreationTime"), now())
    if step.operation == DESCRIBE_STACK_RESOURCE:
        resource = answer.get("StackResourceDetail", {})
        journal.record_resource(now(), resource.get("ResourceStatus", ""), resource.get("LastUpdatedTimestamp"))


def _after_failed_read(error: ServiceError, situation: Situation) -> Wait | Fail:
    """The step after the error of a read: observe again, or fail."""
    journal = situation.journal
    journal.last_error = str(error)
    retry_is_over = isinstance(error, RetryableError) and journal.retry_is_over(error.operation, situation.now)
    if retry_is_over or isinstance(error, TerminalError):
        # A guardrail reads alarms, too, but it has no declaration and promotes nothing.
        judges = situation.request.declared is not None and error.operation in EVIDENCE
        return Fail(unread(situation.request.name, str(error)) if judges else str(error))
    if not may_go_on(situation):
        return Fail(f"{not_finished(situation.request)}, and the live state can't be read: {error}")
    return _wait_for(error)


def _after_failed_call(error: ServiceError, call: Call, situation: Situation) -> Wait | Fail | None:
    """The step after the error of a call: wait and observe again, fail, or (``None``) plan again.

    A final error of a tentative call is a conflict: the planner tries another call that may be allowed. After any other
    final error, a Create or an Update is planned again, because a rollback must succeed anyway, and a Delete fails.
    No request fails only because the status of the resource can't be read, for example by a role of an earlier version.
    """
    journal, now = situation.journal, situation.now
    if call.operation == DESCRIBE_STACK_RESOURCE:
        is_create = situation.request.type is RequestType.CREATE
        # Without the status, an Update goes on, but a Create may remove its experiment.
        passes = ThrottledError | UnknownOutcomeError | RetryableError if is_create else ThrottledError
        if not isinstance(error, passes) or journal.call_retry_is_over(call, now):
            journal.record_resource(now, NO_RESOURCE if isinstance(error, NotFoundError) else "")
            return None
    journal.last_error = str(error)
    final = False
    match error:
        case NotFoundError() | UnknownOutcomeError():
            # Deleted since it was observed, perhaps by the first attempt of this call, which got no response.
            journal.record_unknown_outcome(call, now)
            final = call.tentative and journal.is_unanswered_for_long(call, now)
        case ConflictError() if call.operation == CREATE:
            # Perhaps in conflict with the experiment that its first attempt created, which got no response.
            journal.record_unknown_outcome(call, now)
        case ConflictError():
            journal.record_conflict(call, str(error), now)
        case ThrottledError():
            # Nothing has taken effect, so there is nothing to record.
            pass
        case RetryableError() | TerminalError():
            final = isinstance(error, TerminalError) or journal.call_retry_is_over(call, now)
    if final and call.tentative:
        journal.record_conflict(call, str(error), now)
    elif final:
        problem = str(error)
        if call.if_rejected and "ValidationException" in problem:
            problem = f"{problem.rstrip('.')}. {call.if_rejected}"
        if situation.request.declared is None:
            return Fail(problem)
        journal.record_terminal_error(call, problem)
        return None
    return _wait_for(error) if may_go_on(situation) else Fail(out_of_time(situation, str(error)))


def _wait_for(error: ServiceError) -> Wait:
    return Wait(str(error), throttled=isinstance(error, ThrottledError))


def _outcome(step: Done | Fail, situation: Situation) -> Outcome:
    target = situation.target
    leased = target is not None and target.lease_observed
    created = situation.journal.perhaps_completed(CREATE, situation.request.name)
    return Outcome(step, situation.observed, leased or created, _desired_if_absent(situation))


def _desired_if_absent(situation: Situation) -> Desired | None:
    declared = situation.request.declared
    if declared is None or situation.observed is not None:
        return None
    endpoint = situation.endpoints.get(declared.endpoint_name.casefold())
    served = endpoint.production[0] if endpoint is not None and len(endpoint.production) == 1 else None
    return resolve_by_endpoint(declared, served)
