"""``PromoteIf.Patience``: an inconclusive verdict is waited for, and nothing is changed meanwhile."""

from datetime import timedelta

import pytest

from simulation.declarations import REMOVE, SHADOW, declared
from tests.support.gated_promotion import CHANGES, gated, has_traffic, run_for_two_hours
from tests.support.stack import Stack


@pytest.fixture
def name(stack: Stack) -> str:
    return run_for_two_hours(stack)


def test_an_inconclusive_verdict_is_waited_for_with_patience(stack: Stack) -> None:
    has_traffic(stack)
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(minutes=30))
    # So far there are some 2,700.
    criterion = {"Type": "Traffic", "MinInvocations": 4000}
    began, mark = stack.clock.now(), stack.mark()
    stack.poll_seconds = 5

    answer = stack.update(declared(), gated(criterion, Patience="PT30M"), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]
    assert timedelta(minutes=10) < stack.clock.now() - began < timedelta(minutes=25)
    # Once a minute, and nothing is changed meanwhile.
    reads = [call["EndTime"] for call in stack.cloudwatch.asked]
    assert 8 < len(reads) < 20
    assert stack.handovers > 0
    before_the_stop = stack.calls(since=mark)[: stack.calls(since=mark).index("StopInferenceExperiment")]
    assert before_the_stop == ["AddTags"]


@pytest.mark.parametrize(("timeout", "waited"), [(3600, timedelta(minutes=10)), (600, timedelta(minutes=7))])
def test_patience_ends_and_in_time_for_an_answer(stack: Stack, name: str, timeout: int, waited: timedelta) -> None:
    criterion = {"Type": "Running", "AtLeast": "P2D"}
    began, mark = stack.clock.now(), stack.mark()

    answer = stack.update(declared(), gated(criterion, Patience="PT10M", ServiceTimeout=timeout), name)

    assert answer.reason.startswith("PromoteIf is inconclusive: 1 of 1 criterion (Running) at ")
    assert waited - timedelta(minutes=2) < answer.at - began < waited + timedelta(minutes=1)
    assert not CHANGES & set(stack.calls(since=mark))


def test_what_fails_is_not_waited_for(stack: Stack) -> None:
    has_traffic(stack, latency_ms=90)
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(hours=2))
    began = stack.clock.now()

    answer = stack.update(declared(), gated(Patience="PT1H"), name)

    assert answer.reason.startswith("PromoteIf fails: 1 of 3 criteria (Latency p90) at ")
    assert answer.at - began < timedelta(minutes=1)


def test_an_end_in_sagemaker_ends_the_patience(stack: Stack, name: str) -> None:
    def end() -> None:
        stack.while_waiting = None
        stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE)

    stack.while_waiting = end
    answer = stack.update(declared(), gated({"Type": "Running", "AtLeast": "P2D"}, Patience="PT1H"), name)

    assert not answer.succeeded
    assert "PromoteIf" not in answer.reason
