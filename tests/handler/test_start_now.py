"""A test that starts now, or whose start has passed: its end is checked before SageMaker is asked to start it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from inference_experiment_handler.plan.schedule import start_now_problem
from inference_experiment_handler.spec.declaration import Schedule
from simulation.declarations import declared
from tests.handler.test_schedule import FAR, end_of, start_of
from tests.support.stack import Stack
from tests.support.statuses import shown_late


@pytest.mark.parametrize(
    ("schedule", "problem"),
    [
        ({"EndTime": FAR["EndTime"]}, r"03-20T00:00:00Z is P77D\w+ from now, must be from PT1H to P30D from now"),
        ({"EndTime": "2029-12-31T00:00:00Z"}, "12-31T00:00:00Z is in the past, must be from PT1H to P30D from now"),
        (
            {"EndTime": "2030-01-01T00:30:00Z"},
            r"01-01T00:30:00Z is PT2\w+ from now, must be from PT1H to P30D from now",
        ),
        (
            {"StartTime": "2029-12-30T00:00:00Z", "EndTime": "2029-12-31T00:00:00Z"},
            "12-31T00:00:00Z is in the past, must be from PT1H to P30D from now",
        ),
        (
            {"StartTime": "2029-12-31T00:00:00Z", "EndTime": "2030-01-01T00:30:00Z"},
            r"01-01T00:30:00Z is PT2\w+ from now, must be from PT1H to P30D from now",
        ),
    ],
)
def test_a_start_now_with_an_end_that_the_test_cannot_have_is_refused_before_the_start(
    stack: Stack, schedule: dict[str, str], problem: str
) -> None:
    before, after = declared(Schedule=FAR), declared(Schedule=schedule)
    name = stack.create(before).physical_id
    mark = stack.mark()

    answer = stack.update(before, after, name)

    assert not answer.succeeded
    assert re.search(rf"Schedule\.EndTime 20\d\d-{problem}, because the test starts now", answer.reason)
    assert stack.calls(since=mark) == []
    assert stack.roll_back(after, before, name).succeeded
    assert stack.describe(name)["Status"] == "Created"


def test_a_start_now_with_an_end_in_two_hours_is_accepted(stack: Stack) -> None:
    before, after = declared(Schedule=FAR), declared(Schedule={"EndTime": "2030-01-01T02:00:00Z"})
    name = stack.create(before).physical_id

    answer = stack.update(before, after, name)

    assert answer.succeeded, answer.reason
    assert end_of(stack, name) == datetime(2030, 1, 1, 2, tzinfo=UTC)


def test_a_rollback_to_a_schedule_that_has_passed_does_not_start_the_test(stack: Stack) -> None:
    soon = {"StartTime": "2030-01-02T00:00:00Z", "EndTime": "2030-01-03T00:00:00Z"}
    before, after = declared(Schedule=soon), declared(Schedule=FAR)
    name = stack.create(before).physical_id
    assert stack.update(before, after, name).succeeded
    stack.clock.advance(timedelta(days=5))
    mark = stack.mark()

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason
    assert "StartInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["Status"] == "Created"


def test_a_duration_counts_from_the_actual_start_if_the_declared_one_has_passed(stack: Stack) -> None:
    given = declared(Schedule={"StartTime": "2029-12-31T23:50:00Z", "Duration": "PT1H"})

    answer = stack.create(given)

    assert answer.succeeded, answer.reason
    length = end_of(stack, answer.physical_id) - start_of(stack, answer.physical_id)
    assert abs(length - timedelta(hours=1)) < timedelta(minutes=1)


def test_a_run_that_can_not_have_its_end_replaces_no_other(stack: Stack) -> None:
    before = declared()
    name = stack.create(before).physical_id
    stack.clock.advance(timedelta(days=1))
    passed = {"StartTime": "2030-01-01T12:00:00Z", "EndTime": "2030-01-02T00:30:00Z"}

    answer = stack.update(before, declared(Run="2", Schedule=passed), name)

    assert not answer.succeeded
    assert "must be from PT1H to P30D from now" in answer.reason
    assert stack.describe(name)["Status"] == "Running"


def test_a_test_that_has_its_end_is_not_refused_once_an_hour_is_no_longer_left() -> None:
    """SageMaker takes most of the time until it is Created, and the handler then starts it itself."""
    stack = Stack(unscheduled_passes_created=True, created_pause=timedelta(hours=1), creating=timedelta(minutes=15))

    answer = stack.create(declared(Schedule={"EndTime": "2030-01-01T01:10:00Z"}))

    assert answer.succeeded, answer.reason
    assert end_of(stack, answer.physical_id) == datetime(2030, 1, 1, 1, 10, tzinfo=UTC)


def test_a_request_is_not_refused_once_it_has_started_the_test(stack: Stack) -> None:
    """SageMaker may show the start a minute late, and then, less than an hour is left."""
    before = declared(Schedule=FAR)
    name = stack.create(before).physical_id
    end = stack.clock.now() + timedelta(hours=1, seconds=20)
    mark = stack.mark()

    late = stack.clock.now() + timedelta(seconds=45)
    with shown_late(stack, "describe_inference_experiment", "describe_endpoint", until=late):
        answer = stack.update(before, declared(Schedule={"EndTime": end.isoformat()}), name)

    assert "StartInferenceExperiment" in stack.calls(since=mark)
    assert "because the test starts now" not in answer.reason
    assert stack.describe(name)["Status"] == "Running"


NOW = datetime(2030, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "live_end", "accepted"),
    [
        (timedelta(hours=1), None, True),
        (timedelta(minutes=59), None, False),
        (timedelta(minutes=59), timedelta(minutes=59), True),
        (timedelta(minutes=59), timedelta(days=2), False),
        (timedelta(0), timedelta(0), False),
        (timedelta(days=30), None, True),
        (timedelta(days=31), timedelta(days=31), False),
    ],
)
def test_less_than_an_hour_may_be_left_until_an_end_that_the_test_has_already(
    end: timedelta, live_end: timedelta | None, accepted: bool
) -> None:
    """SageMaker starts a test of an hour a moment after its start time. An update may come in between."""
    live = NOW + live_end if live_end is not None else None

    assert (start_now_problem(Schedule(end=NOW + end), NOW, live_end=live) is None) is accepted
