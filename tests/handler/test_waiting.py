"""Waiting until the last transition, through crashes of the function, and responding before the timeout."""

from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import pairwise
from random import Random
from statistics import mean

import pytest

from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.runtime.pace import Pace
from local.sagemaker import ErrorFault
from simulation.declarations import declared, shadow_mode
from tests.support.interruption import meanwhile, stop_once, stop_waiting
from tests.support.stack import Stack


def test_a_slow_start_is_handed_over_from_invocation_to_invocation() -> None:
    stack = Stack(starting=timedelta(minutes=40))
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
    assert made.total() < 20


def test_requests_that_wait_at_once_do_not_look_in_step() -> None:
    """Each sleeps for the poll interval on average, and up to a tenth less or more each time."""
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

    assert all(27 <= seconds <= 33.1 for seconds in slept[0])
    assert 29.5 < mean(slept[0] + slept[1]) < 30.5
    assert len(set(slept[0])) > 10
    assert slept[0] != slept[1]


def test_requests_slow_down_while_sagemaker_throttles_and_catch_up_again() -> None:
    pace = Pace(5.0, lambda: 0.5)

    throttled, calm = Wait("Rate exceeded", throttled=True), Wait("waiting for the next status")
    intervals = []
    for wait in [throttled] * 5 + [calm] * 5:
        pace.looked(wait)
        intervals.append(pace.seconds())

    assert intervals == [10, 20, 40, 60, 60, 30, 15, 7.5, 5, 5]


def test_a_throttled_look_makes_the_next_one_later() -> None:
    stack = Stack(starting=timedelta(minutes=40))
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


def test_a_rollback_whose_last_look_fails_looks_again() -> None:
    stack = Stack(updating=timedelta(minutes=56, seconds=45))
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(10))
    throttled = ErrorFault("DescribeInferenceExperiment", "ThrottlingException", "Rate exceeded", times=2)
    last_look = stack.clock.now() + timedelta(minutes=56, seconds=45)
    meanwhile(stack, lambda: stack.sagemaker.faults.add(throttled), when=lambda: stack.clock.now() >= last_look)

    answer = stack.roll_back(declared(sampling=20), declared(), name)

    assert answer.succeeded, answer.reason


def test_a_request_that_can_not_see_what_is_live_at_last_says_so(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    throttled = ErrorFault("DescribeInferenceExperiment", "ThrottlingException", "Rate exceeded", times=10_000)
    stack.sagemaker.faults.add(throttled)

    answer = stack.update(declared(), declared(sampling=50), name)

    assert answer.reason == (
        "not finished before ServiceTimeout, and the live state can't be read: "
        "DescribeInferenceExperiment: ThrottlingException: Rate exceeded"
    )


def slept(stack: Stack, times: int) -> bool:
    return stack.sleeps == times


def test_a_crash_and_lambdas_retry_go_on_where_things_stand(stack: Stack) -> None:
    event = stack.event("Create", declared())
    for sleeps in (1, 4, 9):
        stop_once(stack, event, partial(slept, stack, sleeps))
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


def test_the_deadline_counts_from_when_cloudformation_sent_the_request(stack: Stack) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"starting": 90 * 60})
    event = stack.event("Create", declared())
    sent = stack.clock.now()
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(1800)

    stack.deliver(event)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert (stack.answers[-1].at - sent).total_seconds() < 3600


@pytest.mark.parametrize(
    "query", ["Expires={expires}", "X-Amz-Date=nonsense", "", "Expires=99999999999999999999"], ids=str
)
def test_an_address_that_does_not_say_when_it_was_signed_will_do(stack: Stack, query: str) -> None:
    event = stack.event("Create", declared())
    expires = int(stack.clock.now().timestamp()) + 7200
    event["ResponseURL"] = f"https://cloudformation.test/answer/1?{query.format(expires=expires)}"

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded
