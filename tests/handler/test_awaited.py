"""Lambda delivers an Update late, or again, and CloudFormation no longer waits for its response."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.steps import Call, Fail, Wait
from inference_experiment_handler.plan.awaited import while_awaited
from local.sagemaker import Behaviour
from simulation.declarations import PROMOTE, declared
from tests.support.interruption import meanwhile
from tests.support.situations import CHANGED, NOW, asked, request_for, situation_of
from tests.support.stack import STATUS_DURING, Stack, StackStatus

REFUSED = declared(sampling=50, KmsKey="alias/other")
PROMOTED = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)


def roll_back(stack: Stack, old: dict[str, Any], new: dict[str, Any], name: str, *, after: float) -> dict[str, Any]:
    """The stack rolls back. ``after``: the seconds until CloudFormation sends the request."""
    stack.clock.advance(after)
    return stack.event("Rollback", new, physical_id=name, old=old)


def sampling(stack: Stack, name: str) -> int:
    return int(stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"])


def as_the_stack_rolls_back(stack: Stack, event: dict[str, Any]) -> None:
    stack.status_during[event["RequestId"]] = STATUS_DURING["Rollback"]


def changes_of(stack: Stack, update: dict[str, Any], rollback: dict[str, Any]) -> list[str]:
    """Serves an update, and a rollback as soon as the update waits. Returns what the update has changed."""
    changes: list[str] = []
    mark = stack.mark()

    def serve_rollback() -> None:
        nonlocal mark
        changes.extend(stack.calls(since=mark))
        stack.serve_once(rollback)
        assert stack.answers[-1].succeeded, stack.answers[-1].reason
        mark = stack.mark()

    meanwhile(stack, serve_rollback)
    stack.serve_once(update)
    return changes + stack.calls(since=mark)


def answer_with(monkeypatch: pytest.MonkeyPatch, answers: Iterator[Exception | dict[str, Any]]) -> list[dict[str, Any]]:
    """CloudFormation answers DescribeStackResource with these. Returns the calls."""
    asked: list[dict[str, Any]] = []

    def describe_stack_resource(_: StackStatus, **arguments: Any) -> dict[str, Any]:
        asked.append(arguments)
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(StackStatus, "describe_stack_resource", describe_stack_resource)
    return asked


@pytest.mark.parametrize("after", [2, 6, 60])
def test_an_update_that_failed_changes_nothing_when_it_is_delivered_again_while_its_stack_rolls_back(
    stack: Stack, after: float
) -> None:
    name = stack.create(declared()).physical_id
    update = stack.event("Update", REFUSED, physical_id=name, old=declared())
    stack.serve_once(update)
    assert not stack.answers[-1].succeeded
    as_the_stack_rolls_back(stack, update)
    rollback = roll_back(stack, REFUSED, declared(), name, after=after)

    assert changes_of(stack, update, rollback) == []

    assert "a newer request holds the lease" in stack.answers[-1].reason
    assert stack.update(declared(), declared(sampling=20), name).succeeded


def test_a_cancelled_update_that_is_delivered_only_during_the_rollback_changes_nothing(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    update = stack.event("Update", declared(sampling=50), physical_id=name, old=declared())
    as_the_stack_rolls_back(stack, update)
    rollback = roll_back(stack, declared(sampling=50), declared(), name, after=60)

    assert changes_of(stack, update, rollback) == []

    assert "a newer request holds the lease" in stack.answers[-1].reason
    assert sampling(stack, name) == 10


def test_a_promotion_that_failed_does_not_promote_when_it_is_delivered_again_before_its_stack_rolls_back(
    stack: Stack,
) -> None:
    name = stack.create(declared()).physical_id
    update = stack.event("Update", PROMOTED, physical_id=name, old=declared())
    # It was refused, and the stack still waits for another resource.
    stack.resource_status = ("UPDATE_FAILED", stack.clock.now() + timedelta(seconds=10))
    stack.clock.advance(30)
    mark = stack.mark()

    stack.serve_once(update)

    assert "CloudFormation no longer waits for this request" in stack.answers[-1].reason
    assert stack.calls(since=mark) == []


@pytest.mark.parametrize("seconds", [0.9, 4, 12])
def test_a_rollback_succeeds_even_if_its_url_was_signed_before_the_status_changed(stack: Stack, seconds: float) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), declared(sampling=50), name).succeeded
    rollback = roll_back(stack, declared(sampling=50), declared(), name, after=3)
    stack.clock.advance(seconds)
    stack.resource_status = ("UPDATE_IN_PROGRESS", stack.clock.now())

    stack.serve_once(rollback)

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert sampling(stack, name) == 10


@pytest.mark.parametrize("seconds", [-2, 1])
def test_a_rollback_succeeds_even_if_the_status_of_the_failed_update_is_still_shown(
    stack: Stack, seconds: float
) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), declared(sampling=50), name).succeeded
    rollback = roll_back(stack, declared(sampling=50), declared(), name, after=3)
    sent = stack.clock.now()
    stack.resource_status = ("UPDATE_FAILED", sent + timedelta(seconds=seconds))

    def show() -> None:
        stack.resource_status = ("UPDATE_IN_PROGRESS", sent + timedelta(seconds=seconds + 2))

    meanwhile(stack, show)
    stack.serve_once(rollback)

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert sampling(stack, name) == 10


@pytest.mark.parametrize(
    "answer",
    [
        ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "x"
        ),
        ClientError({"Error": {"Code": "ValidationError", "Message": "Resource x does not exist"}}, "x"),
        ClientError({"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "x"),
        EndpointConnectionError(endpoint_url="x"),
        {},
        {"StackResourceDetail": {}},
        {"StackResourceDetail": {"ResourceStatus": "UPDATE_COMPLETE"}},
        # Without a time zone.
        {"StackResourceDetail": {"ResourceStatus": "UPDATE_COMPLETE", "LastUpdatedTimestamp": datetime(2029, 1, 1)}},  # noqa: DTZ001
    ],
    ids=str,
)
def test_an_update_goes_on_at_once_if_the_status_cannot_be_read(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: Exception | dict[str, Any]
) -> None:
    answer_with(monkeypatch, repeat(answer))
    name = stack.create(declared()).physical_id
    sleeps = stack.sleeps

    answered = stack.roll_back(declared(), declared(sampling=50), name)

    assert answered.succeeded, answered.reason
    assert sampling(stack, name) == 50
    # As long as SageMaker updates the test.
    assert stack.sleeps - sleeps <= 1 + Behaviour().updating / timedelta(seconds=stack.poll_seconds)


@pytest.mark.parametrize("times", [1, 1000])
def test_an_update_asks_again_for_a_while_if_it_is_throttled(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    throttled = repeat(ClientError({"Error": {"Code": "Throttling"}}, "DescribeStackResource"), times)
    asked = answer_with(monkeypatch, chain(throttled, repeat({})))
    name = stack.create(declared()).physical_id

    answered = stack.roll_back(declared(), declared(sampling=50), name)

    assert answered.succeeded, answered.reason
    assert sampling(stack, name) == 50
    assert len(asked) > 1


def test_each_time_that_it_is_throttled_it_asks_again_for_a_while() -> None:
    journal, ask = Journal(), Call("DescribeStackResource", "a stack", {}, "")
    assert not journal.call_retry_is_over(ask, NOW)
    journal.record(ask, NOW)

    assert not journal.call_retry_is_over(ask, NOW + timedelta(minutes=10))
    assert journal.call_retry_is_over(ask, NOW + timedelta(minutes=12))


@pytest.mark.parametrize(
    ("status", "since", "age", "step"),
    [
        # CloudFormation has sent this request.
        ("UPDATE_IN_PROGRESS", 0, 0, "CALL"),
        ("UPDATE_IN_PROGRESS", 0.9, 0, "CALL"),
        ("UPDATE_IN_PROGRESS", 0.9, 3000, "CALL"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", 0.9, 0, "CALL"),
        # Or another one. Its tags are visible within a minute for each second.
        ("UPDATE_IN_PROGRESS", 1, 1, "WAIT"),
        ("UPDATE_IN_PROGRESS", 1, 60, "WAIT"),
        ("UPDATE_IN_PROGRESS", 1, 61, "CALL"),
        ("UPDATE_IN_PROGRESS", 4.5, 4.4 + 270, "WAIT"),
        ("UPDATE_IN_PROGRESS", 4.5, 4.5 + 270, "CALL"),
        ("DELETE_IN_PROGRESS", 600, 600 + 1799, "WAIT"),
        ("UPDATE_IN_PROGRESS", 600, 600 + 1800, "CALL"),
        # The request is over, unless its status is not visible yet.
        ("UPDATE_FAILED", 0, 0, "WAIT"),
        ("UPDATE_FAILED", 5, 64, "WAIT"),
        ("UPDATE_FAILED", 5, 65, "FAIL"),
        ("UPDATE_COMPLETE", 30, 89, "WAIT"),
        ("UPDATE_COMPLETE", 30, 90, "FAIL"),
        # What is from before the request says nothing of it. An update can follow another one in the same second.
        ("UPDATE_COMPLETE", 0.9, 0, "CALL"),
        ("UPDATE_COMPLETE", 1, 0, "WAIT"),
        ("UPDATE_FAILED", -0.1, 0, "CALL"),
        ("CREATE_COMPLETE", -3600, 0, "CALL"),
        ("UPDATE_IN_PROGRESS", -3600, 0, "CALL"),
        ("", None, 0, "CALL"),
    ],
)
@pytest.mark.parametrize("request_type", ["Update", "Rollback"])
def test_an_update_changes_something_only_while_its_resource_waits_for_it(
    request_type: str, status: str, since: float | None, age: float, step: str
) -> None:
    at = None if since is None else NOW + timedelta(seconds=since)

    assert planned(request_type, status, at, now=NOW + timedelta(seconds=age)) == step


@given(
    before=st.floats(min_value=0, max_value=25),
    apart=st.floats(min_value=1, max_value=3000),
)
def test_a_rollback_goes_first_and_has_a_minute_for_its_tags(before: float, apart: float) -> None:
    """``before``: how many seconds before the status CloudFormation signs. ``apart``: after the earlier request."""
    newer = timedelta(seconds=before)
    since = NOW + newer
    wait = newer * 60 if before >= 1 else timedelta()
    goes_on = since + wait

    assert planned("Rollback", "UPDATE_IN_PROGRESS", since, now=goes_on) == "CALL"
    earlier = NOW - timedelta(seconds=apart)
    last = min(goes_on + timedelta(seconds=59), since + timedelta(minutes=29))
    assert planned("Update", "UPDATE_IN_PROGRESS", since, now=last, issued=earlier) == "WAIT"


def planned(request_type: str, status: str, since: datetime | None, *, now: datetime, issued: datetime = NOW) -> str:
    """The step before a change, by the status of the resource and since when it has it."""
    journal = asked(request_type)
    journal.record_stack(STATUS_DURING[request_type], None, now)
    journal.record_resource(now, status, since)
    request = request_for(request_type, CHANGED)
    token = request.token.replace(str(int(NOW.timestamp())), str(int(issued.timestamp())))
    situation = situation_of(replace(request, token=token), "Running", journal, now=now)
    call = Call("UpdateInferenceExperiment", "ranking", {}, "it differs")
    step = while_awaited(situation, call)
    assert not isinstance(step, Call) or step == call
    return {Call: "CALL", Wait: "WAIT", Fail: "FAIL"}[type(step)]


def test_what_is_no_update_does_not_ask_for_its_resource() -> None:
    call = Call("CreateInferenceExperiment", "ranking", {}, "there is none")
    journal = asked("Create")
    journal.resource = None

    assert while_awaited(situation_of(request_for("Create", CHANGED), "Running", journal), call) == call


def test_an_update_that_waits_for_another_request_does_not_ask_cloudformation_at_each_poll(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), declared(sampling=50), name).succeeded
    rollback = roll_back(stack, declared(sampling=50), declared(), name, after=3)
    stack.clock.advance(8)
    stack.resource_status = ("UPDATE_IN_PROGRESS", stack.clock.now())
    stack.asked = stack.asked_of_resource = 0

    stack.serve_once(rollback)

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    # To find out that it must wait, afterwards, and before the last tags.
    assert (stack.asked, stack.asked_of_resource) == (3, 3)


def test_the_status_is_valid_for_ten_seconds() -> None:
    call = Call("UpdateInferenceExperiment", "ranking", {}, "it differs")
    request, journal = request_for("Update", CHANGED), asked("Update")
    journal.record_resource(NOW - timedelta(seconds=10), "UPDATE_IN_PROGRESS", NOW)

    step = while_awaited(situation_of(request, "Running", journal), call)

    assert isinstance(step, Call)
    assert step.operation == "DescribeStackResource"
    assert step.arguments == {"StackName": request.owner.stack_id, "LogicalResourceId": request.owner.logical_id}
