"""Waiting: inside the invocation, handed over before it ends, answered before CloudFormation gives up."""

from collections import Counter, deque
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.runtime.pace import Pace
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


@pytest.mark.parametrize("request_type", ["Create", "Delete"])
def test_a_look_in_the_middle_of_a_wait_is_one_call(request_type: str) -> None:
    stack = Stack(starting=timedelta(minutes=13), stopping=timedelta(minutes=13))
    mark = stack.mark()

    answer = stack.create(declared())
    if request_type == "Delete":
        mark = stack.mark()
        answer = stack.delete(declared(), answer.physical_id)

    assert answer.succeeded, answer.reason
    made = Counter(call.operation for call in stack.sagemaker.record[mark:])
    looks = made.pop("DescribeInferenceExperiment")
    assert looks > 25
    assert made.total() < 15


def test_requests_that_wait_at_once_do_not_look_in_step() -> None:
    """Each sleeps a little less than the poll interval, by a random part of it."""
    dice = Random(0)  # no secret
    slept: list[list[float]] = []
    for _ in range(2):
        stack = Stack(starting=timedelta(minutes=10))
        stack.random = dice.random
        assert stack.create(declared()).succeeded
        looks = [call.at for call in stack.sagemaker.record if call.operation == "DescribeInferenceExperiment"]
        slept.append(
            [(later - look).total_seconds() for look, later in pairwise(looks) if later - look > timedelta(seconds=1)]
        )

    assert all(24 <= seconds <= 30.1 for seconds in slept[0])
    assert len(set(slept[0])) > 10
    assert slept[0] != slept[1]


def test_requests_slow_down_while_sagemaker_throttles_and_catch_up_again() -> None:
    pace = Pace(5.0, lambda: 0.0)

    throttled, calm = Wait("Rate exceeded", throttled=True), Wait("waiting for Starting to pass")
    intervals = []
    for wait in [throttled] * 5 + [calm] * 5:
        pace.looked(wait)
        intervals.append(pace.seconds())

    assert intervals == [10, 20, 40, 60, 60, 30, 15, 7.5, 5, 5]


def test_a_throttled_look_makes_the_next_one_later() -> None:
    stack = Stack(**SLOW)
    stack.poll_seconds = 5
    stack.sagemaker.faults.add(ErrorFault("DescribeInferenceExperiment", "ThrottlingException", "slow down", times=10))

    before = stack.clock.now()
    assert stack.create(declared()).succeeded

    first = [call.at for call in stack.sagemaker.record if call.code == "ThrottlingException"]
    assert len(first) == 10
    assert first[-1] - before > timedelta(minutes=7)


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
