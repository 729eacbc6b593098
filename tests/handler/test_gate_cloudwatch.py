"""A promotion with ``PromoteIf`` while CloudWatch refuses, is late or has no complete data."""

from datetime import timedelta

import pytest

from simulation.cloudwatch import Refusal
from simulation.declarations import PRODUCTION, declared
from tests.support.gated_promotion import CHANGES, CRITERIA, gated, run_for_two_hours
from tests.support.stack import Stack


@pytest.fixture
def name(stack: Stack) -> str:
    return run_for_two_hours(stack)


@pytest.mark.parametrize("operation", ["GetMetricData", "DescribeAlarms"])
def test_a_denial_is_borne_for_a_while_and_then_refused_by_name(stack: Stack, name: str, operation: str) -> None:
    stack.cloudwatch.refusals[operation] = Refusal("AccessDenied", "not authorized", 403)
    stack.cloudwatch.alarms["too slow"] = "OK"
    gate = gated(*CRITERIA, {"Type": "Alarms", "AlarmNames": ["too slow"]})
    began, mark = stack.clock.now(), stack.mark()

    answer = stack.update(declared(), gate, name)

    assert answer.reason == (
        f"PromoteIf can't be judged, so {name} is not promoted, and the test continues: {operation}: AccessDenied: not "
        f"authorized. The role of the function needs cloudwatch:{operation}"
    )
    assert timedelta(seconds=90) <= answer.at - began < timedelta(minutes=4)
    assert not CHANGES & set(stack.calls(since=mark))


def test_a_denial_that_passes_is_forgotten(stack: Stack, name: str) -> None:
    stack.cloudwatch.refusals["GetMetricData"] = Refusal("AccessDenied", "not authorized", 403)

    def allow() -> None:
        stack.cloudwatch.refusals.clear()

    stack.while_waiting = allow
    answer = stack.update(declared(), gated(), name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize(
    "refusal", [Refusal("Throttling", "Rate exceeded"), Refusal("InternalServiceFault", "failed", 500)]
)
def test_an_overloaded_cloudwatch_is_waited_for_and_never_taken_for_a_verdict(
    stack: Stack, name: str, refusal: Refusal
) -> None:
    stack.cloudwatch.refusals["GetMetricData"] = refusal
    mark = stack.mark()

    answer = stack.update(declared(), gated(ServiceTimeout=900), name)

    assert "not finished before ServiceTimeout" in answer.reason
    assert refusal.code in answer.reason
    assert not CHANGES & set(stack.calls(since=mark))


@pytest.mark.parametrize("status", ["PartialData", "Forbidden", "InternalError"])
def test_metrics_that_are_not_complete_refuse(stack: Stack, name: str, status: str) -> None:
    stack.cloudwatch.statuses["Invocations"] = status

    answer = stack.update(declared(), gated(), name)

    assert answer.reason.startswith("PromoteIf is inconclusive: 2 of 3 criteria (Traffic, ErrorRate InvocationModelErr")
    assert f"is not complete ({status})" in answer.reason
    assert stack.served() == [PRODUCTION]


def test_pages_are_put_together(stack: Stack, name: str) -> None:
    stack.cloudwatch.page = 7

    answer = stack.update(declared(), gated(), name)

    assert answer.succeeded, answer.reason


def test_metrics_that_come_late_are_not_taken_for_fewer_requests(stack: Stack, name: str) -> None:
    # Three minutes after the end of a period of one minute.
    stack.cloudwatch.late = timedelta(minutes=4)
    in_the_window = {"Type": "Traffic", "MinInvocations": 11_700}

    answer = stack.update(declared(), gated(in_the_window), name)

    assert answer.succeeded, answer.reason
