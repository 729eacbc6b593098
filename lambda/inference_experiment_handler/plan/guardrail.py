"""Ends the running test when an alarm rings. It yields to CloudFormation's requests (docs/decisions/0018-…)."""

from datetime import timedelta

from inference_experiment_handler.model.alarm import ObservedAlarm, reason_to_end
from inference_experiment_handler.model.request import is_of_guardrail, issued_at
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.steps import Call, Done, Fail, Purpose, Step, Wait
from inference_experiment_handler.model.tags import LOGICAL_ID, PENDING_STOP, STACK_ID, VERIFIED, owner_in_words
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.calls import wait_for_stop_of_running
from inference_experiment_handler.plan.lease import record_intent
from inference_experiment_handler.plan.removal import stop, verify_stop
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import unhandled_status
from inference_experiment_handler.spec.declaration import Ending
from inference_experiment_handler.spec.guardrail import GuardedAlarm

_LONGEST_WAIT = timedelta(minutes=15)
"""How long a guardrail waits before it can act. A waiting request uses one of the function's concurrent executions."""


def plan_guardrail(situation: Situation) -> Step:
    """The next step of a guardrail. A guardrail never promotes, and ends only a running test."""
    target = situation.target
    if target is None:
        return Done("there is no experiment to end")
    experiment = target.experiment
    if experiment.tags is None:
        # The tags are not read while the experiment is in transition and this request holds its lease.
        return Wait(f"waiting for {experiment.name}: {experiment.status}")
    if not target.owned:
        return _not_owned(situation, target)
    if experiment.ended:
        return _plan_ended(situation, target)
    if experiment.status == Status.STOPPING:
        return Done(f"{experiment.name} is already Stopping")
    if experiment.not_started:
        return Done(f"{experiment.name} has not started, so there is nothing to end")
    stopping = wait_for_stop_of_running(target)
    if stopping is not None:
        return stopping
    ringing = _ringing(situation)
    if ringing is None:
        return Done(f"none of the alarms is in ALARM: {_states(situation)}")
    gone = _with_its_stack(situation, target)
    if gone is not None:
        return gone
    if experiment.in_transition:
        return _wait_to_act(situation, f"waiting for {experiment.name}: {experiment.status}")
    if experiment.unhandled:
        return Fail(unhandled_status(experiment))
    return _plan_running(situation, target, *ringing)


def _not_owned(situation: Situation, target: Target) -> Step:
    if target.owner_may_not_show_yet:
        return _wait_to_act(situation, f"waiting for the tags of {target.name} to be visible")
    if STACK_ID in target.tags or LOGICAL_ID in target.tags:
        return Done(f"{target.name} is not changed: {owner_in_words(target.tags)}")
    return Fail(f"{target.name} does not have the tags of its owner, so the test is not ended. Deploy its stack again")


def _plan_ended(situation: Situation, target: Target) -> Step:
    """Verifies the endpoint if a guardrail has ended the test, and nothing shows that it was verified.

    A new run that replaces this one verifies the endpoint before it deploys its own shadow variant.
    """
    experiment = target.experiment
    verified = target.tags.get(PENDING_STOP) == VERIFIED
    if verified or not (experiment.ended_by_alarm and target.unverified):
        return Done(f"{experiment.name} is already {experiment.status}")
    step = verify_stop(situation, target, Ending(), shadow_may_stay=False)
    if step is None and not target.superseded:
        step = record_intent(target, Purpose.VERIFIED, {PENDING_STOP: VERIFIED})
    return step or Done(f"{experiment.name} is {experiment.status} ({experiment.status_reason})")


def _with_its_stack(situation: Situation, target: Target) -> Step | None:
    """Leaves the test to the deletion of its stack, which ends it, however long that takes.

    The deletion removes the rule before the test. So the request waits for a while, and ends the test if the deletion
    fails.
    """
    gone = stack.is_gone(situation)
    if isinstance(gone, Wait):
        return gone if _may_wait(situation) else Done(f"{target.name} is left to its stack, which is being deleted")
    if isinstance(gone, Call):
        return gone
    return Done(f"the stack of {target.name} is deleted, so it is not changed") if gone else None


def _plan_running(situation: Situation, target: Target, alarm: ObservedAlarm, guarded: GuardedAlarm) -> Step:
    holder = target.lease.holder
    if holder and holder != situation.request.token:
        if is_of_guardrail(holder):
            # Exactly one of several must act, also if they were issued in the same second.
            if (issued_at(holder), holder) > (issued_at(situation.request.token), situation.request.token):
                return Done(f"another request of the guardrail ends {target.name}")
        else:
            under_way = stack.is_under_way(situation, holder)
            if under_way is None:
                return stack.ask(situation, f"whether a deployment changes {target.name}")
            if under_way:
                return _wait_to_act(situation, f"waiting for the deployment that changes {target.name}")
    step = stop(situation, target, Ending(), reason=reason_to_end(alarm, guarded.reason))
    return step or Done(f"the endpoint of {target.name} no longer exists, so no variant runs")


def _wait_to_act(situation: Situation, why: str) -> Step:
    """A wait before anything is changed. The wait is limited, because the schedule sends another request."""
    if _may_wait(situation):
        return Wait(why)
    return Fail(f"an alarm is in ALARM, but the test has not ended: {why}")


def _may_wait(situation: Situation) -> bool:
    issued = situation.request.issued
    return situation.now - issued < _LONGEST_WAIT


def _ringing(situation: Situation) -> tuple[ObservedAlarm, GuardedAlarm] | None:
    """The first alarm that is in ALARM, in the order of the event."""
    for guarded in situation.request.alarms:
        alarm = situation.alarms.get(guarded.arn)
        if alarm is not None and alarm.rings:
            return alarm, guarded
    return None


def _states(situation: Situation) -> str:
    found = [(guarded.name, situation.alarms.get(guarded.arn)) for guarded in situation.request.alarms]
    return ", ".join(f"{name} {alarm.state if alarm is not None else 'does not exist'}" for name, alarm in found)
