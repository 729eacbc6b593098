"""Waiting: inside the invocation, handed over before it ends, answered before CloudFormation gives up."""

from collections import deque
from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ErrorFault
from simulation.declarations import REMOVE, declared
from tests.support.stack import Stack

SLOW: dict[str, Any] = {"starting": timedelta(minutes=40)}


def test_a_slow_start_is_handed_over_from_invocation_to_invocation() -> None:
    stack = Stack(**SLOW)
    before = stack.clock.now()

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert stack.handovers == 2
    assert len(stack.answers) == 1
    assert answer.at - before < timedelta(minutes=41)
    assert stack.calls() == ["CreateInferenceExperiment", "AddTags"]


def test_the_answer_comes_within_one_poll_of_the_last_transition(stack: Stack) -> None:
    before = stack.clock.now()

    answer = stack.create(declared())

    behaviour = stack.sagemaker.behaviour
    lag = answer.at - before - behaviour.creating - behaviour.starting
    assert timedelta() <= lag <= timedelta(seconds=5)


def test_a_request_that_takes_too_long_is_answered_before_the_service_timeout() -> None:
    stack = Stack(starting=timedelta(minutes=90))
    before = stack.clock.now()

    answer = stack.create(declared())

    assert not answer.succeeded
    assert timedelta(minutes=56) < answer.at - before < timedelta(minutes=60)
    assert f"{answer.physical_id} is Starting" in answer.reason
    assert "not finished before ServiceTimeout" in answer.reason


@pytest.mark.parametrize("seconds", [1, 30, 600, 3600])
def test_the_declared_service_timeout_is_kept(seconds: int) -> None:
    stack = Stack(starting=timedelta(minutes=90))
    before = stack.clock.now()

    answer = stack.create(declared(ServiceTimeout=seconds))

    assert not answer.succeeded
    assert answer.at - before <= timedelta(seconds=max(seconds, 5))


def test_what_sagemaker_said_last_is_in_the_answer_of_a_request_that_ran_out_of_time(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    busy = ErrorFault("UpdateInferenceExperiment", "ConflictException", "the endpoint is being updated", times=10_000)
    stack.sagemaker.faults.add(busy)

    answer = stack.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert "the endpoint is being updated" in answer.reason
    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded


def test_a_failed_handover_is_tried_again_and_then_answered() -> None:
    stack = Stack(**SLOW)

    def refuse() -> bool:
        raise RuntimeError("TooManyRequestsException")

    stack.takes_handover = refuse

    answer = stack.create(declared())

    assert stack.handovers > 3
    assert not answer.succeeded
    assert "could not hand over" in answer.reason
    assert answer.physical_id.startswith("demo-shadowtest-1-")


def test_short_invocations_hand_over_all_the_same() -> None:
    stack = Stack()
    stack.timeout = timedelta(seconds=60)

    assert stack.create(declared()).succeeded
    assert stack.handovers > 5


def test_a_crash_and_lambdas_retry_go_on_where_things_stand(stack: Stack) -> None:
    class Crash(BaseException):
        pass

    event = stack.event("Create", declared())
    sleeps = 0

    def crash() -> None:
        nonlocal sleeps
        sleeps += 1
        if sleeps in (1, 4, 9):
            raise Crash

    stack.while_waiting = crash
    for _ in range(3):
        stack.deliver(event)
        with pytest.raises(Crash):
            stack.run()
    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded
    assert stack.calls() == ["CreateInferenceExperiment", "AddTags"]


def test_a_duplicate_delivery_does_nothing_twice(stack: Stack) -> None:
    event = stack.event("Create", declared())
    for _ in range(2):
        stack.deliver(event)
        stack.run()

    assert [answer.succeeded for answer in stack.answers] == [True, True]
    assert stack.answers[0].body == stack.answers[1].body
    assert stack.calls() == ["CreateInferenceExperiment", "AddTags"]


class Interleaved:
    """Two requests at once: whenever one sleeps, the other gets a turn."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.waiting: deque[dict[str, Any]] = deque()
        stack.while_waiting = self.turn

    def turn(self) -> None:
        if self.waiting:
            self.stack.serve_once(self.waiting.popleft())

    def then(self, event: dict[str, Any]) -> None:
        self.waiting.append(event)


def test_a_cancelled_update_does_not_undo_the_rollback(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, Description="somebody else's, so the update has to wait")
    # The user cancels the update; CloudFormation rolls back while the update still waits.
    interleaved = Interleaved(stack)
    interleaved.then(stack.event("Rollback", declared(), physical_id=name, old=declared(sampling=50)))

    stack.deliver(stack.event("Update", declared(sampling=50), physical_id=name, old=declared()))
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert not cancelled.succeeded
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 10


def test_a_delete_while_the_create_still_runs_leaves_nothing(stack: Stack) -> None:
    interleaved = Interleaved(stack)
    interleaved.then(stack.event("Delete", declared(), physical_id="Demo-ShadowTest-1ABCDEFGHIJK"))

    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert "deleted by somebody else" in create.reason
    assert stack.call("ListInferenceExperiments")["InferenceExperiments"] == []
    assert stack.shadows() == []


def test_a_replacement_that_was_cancelled_creates_nothing_any_more(stack: Stack) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    interleaved = Interleaved(stack)
    interleaved.then(stack.event("Rollback", first, physical_id=old, old=second))

    stack.deliver(stack.event("Update", second, physical_id=old, old=first))
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert rollback.physical_id == old
    assert not cancelled.succeeded
    assert "a newer request holds the lease" in cancelled.reason
    assert [each["Name"] for each in stack.call("ListInferenceExperiments")["InferenceExperiments"]] == [old]


def test_a_replacement_that_still_waits_for_the_endpoint_is_superseded_too(stack: Stack) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    stack.call("StopInferenceExperiment", Name=old, ModelVariantActions=REMOVE)
    stack.clock.advance(1200)
    stack.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="shop-before")
    update = stack.event("Update", second, physical_id=old, old=first)
    stack.clock.advance(1)
    interleaved = Interleaved(stack)
    interleaved.then(stack.event("Rollback", first, physical_id=old, old=second))

    stack.deliver(update)
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert not cancelled.succeeded
    assert [each["Name"] for each in stack.call("ListInferenceExperiments")["InferenceExperiments"]] == [old]
