"""Schedule: a duration counts from the actual start; timestamps are instants, not text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.sagemaker import Call, ConnectionFault, Hook
from simulation.declarations import declared
from tests.support.foreign import THEIRS, make_theirs
from tests.support.interruption import stop_once
from tests.support.stack import Stack


def end_of(stack: Stack, name: str) -> datetime:
    end: datetime = stack.describe(name)["Schedule"]["EndTime"]
    return end.astimezone(UTC)


def start_of(stack: Stack, name: str) -> datetime:
    start: datetime = stack.describe(name)["Schedule"]["StartTime"]
    return start.astimezone(UTC)


def test_a_duration_counts_from_the_actual_start_however_long_creating_takes() -> None:
    stack = Stack(creating=timedelta(minutes=20))

    name = stack.create(declared(Schedule={"Duration": "PT12H"})).physical_id

    assert end_of(stack, name) - start_of(stack, name) == timedelta(hours=12)


def test_an_unchanged_duration_stays_unchanged_and_a_longer_one_moves_the_end(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    end = end_of(stack, name)
    stack.clock.advance(3 * 86_400)

    assert stack.update(declared(), declared(Description="x"), name).succeeded
    assert end_of(stack, name) == end

    longer = declared(Description="x", Schedule={"Duration": "P9D"})
    assert stack.update(declared(Description="x"), longer, name).succeeded
    assert end_of(stack, name) == start_of(stack, name) + timedelta(days=9)


def test_the_same_instant_written_otherwise_is_no_change(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "EndTime": "2030-02-02T00:00:00Z"})
    after = declared(Schedule={"StartTime": "2030-02-01T01:00:00+01:00", "EndTime": "2030-02-01T19:00:00.000-05:00"})
    name = stack.create(before).physical_id
    mark = stack.mark()

    assert stack.update(before, after, name).succeeded
    assert stack.calls(since=mark) == []


def test_a_start_that_is_taken_out_starts_it_now(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    name = stack.create(before).physical_id

    answer = stack.update(before, declared(Schedule={"Duration": "P5D"}), name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Running"
    assert end_of(stack, name) - start_of(stack, name) == timedelta(days=5)


def test_a_start_that_is_past_by_now_starts_it_too(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    name = stack.create(before).physical_id

    answer = stack.update(before, declared(Schedule={"StartTime": "2030-01-01T00:00:00Z", "Duration": "P5D"}), name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Running"


def test_a_redeployment_after_the_scheduled_start_is_a_no_op(stack: Stack) -> None:
    scheduled = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    name = stack.create(scheduled).physical_id
    stack.clock.advance(timedelta(days=33))
    assert stack.describe(name)["Status"] == "Running"
    mark = stack.mark()

    assert stack.update(declared(), scheduled, name).succeeded
    assert "UpdateInferenceExperiment" not in stack.calls(since=mark)


@pytest.mark.parametrize(
    ("declaration", "since"),
    [
        (declared(), timedelta(days=8)),
        (declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "EndTime": "2030-02-02T00:00:00Z"}), timedelta(40)),
        (declared(Schedule=None), timedelta(days=8)),
    ],
    ids=["duration", "times", "undeclared"],
)
def test_a_test_that_ended_by_itself_stays_what_it_is(
    stack: Stack, declaration: dict[str, Any], since: timedelta
) -> None:
    name = stack.create(declaration).physical_id
    stack.clock.advance(since)
    assert stack.describe(name)["Status"] == "Completed"
    mark = stack.mark()

    answer = stack.update(declaration | {"ServiceTimeout": 100}, declaration, name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Completed"
    assert stack.calls(since=mark) == []


def test_a_change_of_a_test_that_has_ended_is_refused_saying_since_when(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(days=8))
    mark = stack.mark()

    answer = stack.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert "SamplingPercentage (declared 50, live 10)" in answer.reason
    assert "is Completed since 2030-01-08T00:0" in answer.reason
    assert "Start a new run (change Run" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded


def test_an_end_that_arrives_in_the_middle_of_an_update(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    end = end_of(stack, name)
    stack.clock.advance(end - stack.clock.now() - timedelta(seconds=30))

    answer = stack.update(declared(), declared(sampling=50), name)

    assert stack.describe(name)["Status"] == "Completed"
    sampling = stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"]
    assert answer.succeeded == (sampling == 50)


def test_a_start_of_an_ended_test_cannot_be_declared_otherwise(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    name = stack.create(before).physical_id
    stack.clock.advance(timedelta(days=40))

    answer = stack.update(before, declared(Schedule={"StartTime": "2030-02-02T00:00:00Z", "Duration": "P5D"}), name)

    assert not answer.succeeded
    assert "Schedule.StartTime" in answer.reason


@pytest.mark.parametrize("reported", [True, False], ids=["actual start reported", "planned start reported"])
def test_a_duration_counts_from_the_actual_start_of_a_test_that_was_started_early(reported: bool) -> None:
    stack = Stack(reports_actual_start=reported)
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    now = declared(Schedule={"Duration": "P5D"})
    name = stack.create(before).physical_id
    assert stack.update(before, now, name).succeeded
    ends = end_of(stack, name)
    assert timedelta(days=5) - timedelta(hours=1) < ends - stack.clock.now() <= timedelta(days=5)
    stack.clock.advance(3600)
    mark = stack.mark()

    assert stack.update(now | {"ServiceTimeout": 3000}, now, name).succeeded
    assert stack.calls(since=mark) == []


def test_the_end_of_a_test_that_was_started_shortly_before_its_time_stays_where_it_was_set() -> None:
    stack = Stack(reports_actual_start=False)
    start = stack.clock.now() + timedelta(minutes=50)
    now = declared(Schedule={"Duration": "P5D"})
    before = declared(Schedule={"StartTime": start.isoformat(), "Duration": "P5D"})
    name = stack.create(before).physical_id
    assert stack.update(before, now, name).succeeded
    ends = end_of(stack, name)
    stack.clock.advance(timedelta(days=1))
    mark = stack.mark()

    assert stack.update(now | {"ServiceTimeout": 3000}, now, name).succeeded
    assert stack.calls(since=mark) == []
    assert end_of(stack, name) == ends


FAR = {"StartTime": "2030-02-20T00:00:00Z", "EndTime": "2030-03-20T00:00:00Z"}


def started_by_somebody(stack: Stack, properties: dict[str, Any]) -> str:
    name = stack.create(properties).physical_id
    stack.call("StartInferenceExperiment", Name=name)
    stack.clock.advance(timedelta(hours=1))
    return name


def test_a_test_that_somebody_has_started_can_be_updated(stack: Stack) -> None:
    before = declared(Schedule=FAR)
    name = started_by_somebody(stack, before)

    answer = stack.update(before, declared(sampling=50, Schedule=FAR), name)

    assert answer.succeeded, answer.reason
    experiment = stack.describe(name)
    assert experiment["Status"] == "Running"
    assert experiment["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 50


def test_a_test_that_is_called_off_instead_of_started_may_have_an_end_far_away(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-01-20T00:00:00Z", "EndTime": "2030-02-15T00:00:00Z"})
    name = stack.create(before).physical_id
    called_off = declared(Schedule={"EndTime": "2030-03-01T00:00:00Z"}, DesiredState="Cancelled")

    answer = stack.update(before, called_off, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []


def test_the_end_that_sagemaker_has_moved_can_be_declared() -> None:
    stack = Stack(reports_actual_start=False)
    before = declared(Schedule={"StartTime": "2030-01-20T00:00:00Z", "EndTime": "2030-02-15T00:00:00Z"})
    name = started_by_somebody(stack, before)
    moved = stack.describe(name)["Schedule"]["EndTime"]
    # The planned start does not show that SageMaker has moved the end, so the update sets it again.
    described = before | {"Description": "x"}
    answer = stack.update(before, described, name)
    assert "must not last longer than 30 days" in answer.reason
    assert stack.roll_back(described, before, name).succeeded

    corrected = described | {"Schedule": before["Schedule"] | {"EndTime": moved.isoformat()}}

    assert stack.update(before, corrected, name).succeeded
    experiment = stack.describe(name)
    assert experiment["Description"] == "x"
    assert experiment["Schedule"]["EndTime"] == moved


def test_a_test_of_thirty_days_that_is_created_slowly_lasts_thirty_days() -> None:
    stack = Stack(creating=timedelta(minutes=20))

    name = stack.create(declared(Schedule={"Duration": "P30D"})).physical_id

    times = stack.describe(name)["Schedule"]
    assert abs(times["EndTime"] - times["StartTime"] - timedelta(days=30)) < timedelta(minutes=1)


def test_a_test_whose_start_was_rejected_at_first_lasts_as_long_as_declared() -> None:
    stack = Stack(unscheduled_passes_created=True, created_pause=timedelta(hours=1), updating=timedelta(minutes=3))
    event = stack.event("Create", declared(Schedule={"Duration": "P7D"}))
    mark = stack.mark()
    # Somebody's update is under way when the handler first calls Start.
    stack.sagemaker.faults.add(Hook(lambda call: somebody_updates(stack, call), "StartInferenceExperiment"))

    stop_once(stack, event, lambda: stack.calls(since=mark).count("StartInferenceExperiment") > 1)
    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    times = stack.describe(stack.answers[-1].physical_id)["Schedule"]
    assert abs(times["EndTime"] - times["StartTime"] - timedelta(days=7)) < timedelta(minutes=1)


def test_a_test_whose_start_was_lost_at_first_lasts_as_long_as_declared() -> None:
    stack = Stack(unscheduled_passes_created=True, created_pause=timedelta(hours=1))
    stack.sagemaker.faults.add(ConnectionFault("StartInferenceExperiment", times=4))

    name = stack.create(declared(Schedule={"Duration": "P7D"})).physical_id

    times = stack.describe(name)["Schedule"]
    assert abs(times["EndTime"] - times["StartTime"] - timedelta(days=7)) < timedelta(minutes=1)


def somebody_updates(stack: Stack, call: Call) -> None:
    stack.call("UpdateInferenceExperiment", Name=call.parameters["Name"], Description="somebody else's")


def test_a_takeover_sets_the_end_of_a_test_that_may_have_started_early(stack: Stack) -> None:
    given = {"StartTime": "2030-01-20T00:00:00Z", "EndTime": "2030-02-05T00:00:00Z"}
    make_theirs(stack, Schedule={key: datetime.fromisoformat(value) for key, value in given.items()})
    stack.clock.advance(timedelta(days=20))

    answer = stack.create(
        declared(Name=THEIRS, AdoptExisting=True, Schedule=given | {"EndTime": "2030-02-15T00:00:00Z"})
    )

    assert answer.succeeded, answer.reason
    assert stack.describe(THEIRS)["Schedule"]["EndTime"] == datetime(2030, 2, 15, tzinfo=UTC)


def test_an_update_of_a_scheduled_test_says_that_its_endpoint_is_gone(stack: Stack) -> None:
    before = declared(Schedule=FAR)
    name = stack.create(before).physical_id
    stack.call("DeleteEndpoint", EndpointName="shop")
    stack.clock.advance(timedelta(hours=1))
    mark = stack.mark()

    answer = stack.update(before, before | {"Description": "x"}, name)

    assert not answer.succeeded
    assert f"endpoint shop does not exist, so {name} can't start" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.roll_back(before | {"Description": "x"}, before, name).succeeded


def test_a_running_test_is_not_taken_over_as_one_that_starts_later(stack: Stack) -> None:
    given = declared(Schedule=FAR, Name="theirs")
    started_by_somebody(stack, given)
    somebodys_keys = list(stack.tags("theirs"))
    stack.call("DeleteTags", ResourceArn=stack.describe("theirs")["Arn"], TagKeys=somebodys_keys)

    answer = stack.create(given | {"AdoptExisting": True})

    assert not answer.succeeded
    assert "Schedule.StartTime" in answer.reason


def test_a_start_of_ours_that_is_taken_back_is_not_forgotten(stack: Stack) -> None:
    before = declared(Schedule=FAR)
    now = declared(Schedule={"Duration": "P5D"})
    name = stack.create(before).physical_id
    assert stack.update(before, now, name).succeeded
    assert stack.roll_back(now, before, name).succeeded

    answer = stack.update(before, declared(sampling=50, Schedule=FAR), name)

    assert not answer.succeeded
    assert "Schedule.StartTime" in answer.reason


def test_a_start_that_is_declared_anew_is_refused_once_the_test_runs(stack: Stack) -> None:
    before = declared(Schedule=FAR)
    name = started_by_somebody(stack, before)

    answer = stack.update(before, declared(Schedule=FAR | {"StartTime": "2030-02-21T00:00:00Z"}), name)

    assert not answer.succeeded
    assert "Schedule.StartTime" in answer.reason
