"""Update: what may change in which status, what is refused, and that SUCCESS means live equals declared."""

import re
from typing import Any

import pytest

from local.sagemaker import ErrorFault, Hook
from simulation.declarations import CHALLENGER, CHAMPION, PRODUCTION, SHADOW, declared, shadow_mode, variant
from simulation.endpoints import served
from tests.support.endpoint import deploy
from tests.support.interruption import stop_once
from tests.support.stack import Stack
from tests.support.statuses import reported_as

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "EndTime": "2030-02-05T00:00:00Z"}
OTHER_SHADOW = [variant(PRODUCTION, CHAMPION), variant(SHADOW, "contender", instance_type="ml.g5.xlarge", count=2)]
STORAGE = {"Destination": "s3://captures/shop"}


def test_an_unchanged_declaration_costs_four_looks_and_changes_nothing(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    answer = stack.update(declared(ServiceTimeout=3000), declared(), name)

    assert answer.succeeded
    assert answer.physical_id == name
    assert stack.calls(since=mark, reads=True) == [
        "DescribeInferenceExperiment",
        "ListTags",
        "DescribeEndpoint",
        "DescribeEndpointConfig",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"Description": "another"},
        {"sampling": 55},
        {"Schedule": {"Duration": "P14D"}},
        {"Schedule": {"EndTime": "2030-01-20T00:00:00Z"}},
        {"Description": "another", "sampling": 100, "Schedule": {"Duration": "PT36H"}},
    ],
    ids=str,
)
def test_a_running_test_takes_description_sampling_and_end(stack: Stack, changes: dict[str, Any]) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    answer = stack.update(declared(), declared(**changes), name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark) == ["AddTags", "UpdateInferenceExperiment", "AddTags"]
    assert stack.describe(name)["Status"] == "Running"
    again = stack.mark()
    assert stack.update(declared(), declared(**changes), name).succeeded
    assert "UpdateInferenceExperiment" not in stack.calls(since=again)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ModelVariants": OTHER_SHADOW}, "ModelVariants"),
        ({"DataStorageConfig": STORAGE}, "DataStorageConfig"),
        ({"Schedule": SCHEDULED}, "Schedule.StartTime"),
        (
            {
                "ModelVariants": [variant(PRODUCTION, CHAMPION), variant("Shadow-02", CHALLENGER)],
                "ShadowModeConfig": shadow_mode(shadow="Shadow-02"),
            },
            "ShadowModeConfig",
        ),
        ({"RoleArn": "arn:aws:iam::123456789012:role/another"}, "RoleArn"),
        ({"EndpointName": "other"}, "EndpointName"),
        ({"KmsKey": "alias/volumes"}, "KmsKey"),
        ({"ModelVariants": OTHER_SHADOW, "sampling": 90}, "ModelVariants"),
    ],
    ids=str,
)
def test_any_other_change_of_a_running_test_is_refused_before_any_call(
    stack: Stack, changes: dict[str, Any], field: str
) -> None:
    name = stack.create(declared()).physical_id
    live = stack.describe(name)
    mark = stack.mark()

    answer = stack.update(declared(), declared(**changes), name)

    assert not answer.succeeded
    assert answer.physical_id == name
    assert re.search(rf"(^|, ){re.escape(field)}[. ]", answer.reason)
    assert f"can't change while {name} is Running" in answer.reason
    assert "Start a new run (change Run" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.roll_back(declared(**changes), declared(), name).succeeded
    assert stack.describe(name)["ShadowModeConfig"] == live["ShadowModeConfig"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Description": "another"},
        {"sampling": 55},
        {"Schedule": {"StartTime": "2030-02-02T00:00:00Z", "EndTime": "2030-02-05T00:00:00Z"}},
        {"Schedule": {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P20D"}},
        {"ModelVariants": OTHER_SHADOW},
        {"DataStorageConfig": STORAGE},
        {
            "ModelVariants": [variant(PRODUCTION, CHAMPION), variant("Shadow-02", CHALLENGER)],
            "ShadowModeConfig": shadow_mode(shadow="Shadow-02"),
        },
    ],
    ids=str,
)
def test_a_scheduled_test_takes_every_mutable_field(stack: Stack, changes: dict[str, Any]) -> None:
    before, after = declared(Schedule=SCHEDULED), declared(**{"Schedule": SCHEDULED} | changes)
    name = stack.create(before).physical_id
    mark = stack.mark()

    answer = stack.update(before, after, name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark).count("UpdateInferenceExperiment") == 1
    assert stack.describe(name)["Status"] == "Created"
    assert stack.update(after, before, name).succeeded == ("DataStorageConfig" not in changes)


def test_what_can_never_change_is_refused_for_a_scheduled_test_too(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id

    answer = stack.update(before, before | {"RoleArn": "arn:aws:iam::123456789012:role/another"}, name)

    assert not answer.succeeded
    assert "RoleArn" in answer.reason


def test_a_given_name_is_the_way_out_where_the_name_was_given(stack: Stack) -> None:
    name = stack.create(declared(Name="mine")).physical_id

    answer = stack.update(declared(Name="mine"), declared(Name="mine", KmsKey="alias/volumes"), name)

    assert "Start a new run (change Name)" in answer.reason


def test_a_change_and_the_start_of_a_scheduled_test_go_together(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    mark = stack.mark()

    answer = stack.update(before, declared(sampling=80, ModelVariants=OTHER_SHADOW), name)

    assert answer.succeeded, answer.reason
    calls = stack.calls(since=mark)
    assert calls.index("UpdateInferenceExperiment") < calls.index("StartInferenceExperiment")
    live = stack.describe(name)
    assert live["Status"] == "Running"
    assert live["ModelVariants"][1]["ModelName"] == "contender"
    assert live["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 80


@pytest.mark.parametrize("transition", ["Creating", "Starting", "Updating"])
def test_a_transition_is_waited_out_before_anything_is_done(stack: Stack, transition: str) -> None:
    stack.poll_seconds = 5
    reached = "Running" if transition == "Updating" else transition
    create = stack.event("Create", declared())
    stop_once(stack, create, lambda: [stack.describe(name)["Status"] for name in stack.names()] == [reached])
    (name,) = stack.names()
    if transition == "Updating":
        stack.call("UpdateInferenceExperiment", Name=name, Description="somebody else's")
    assert stack.describe(name)["Status"] == transition

    answer = stack.update(declared(), declared(sampling=70), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 70
    assert stack.describe(name).get("Description", "") == ""


def test_a_drift_is_put_right_by_the_next_update(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(99))
    stack.clock.advance(600)

    assert stack.update(declared(), declared(Description="x"), name).succeeded
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 10


def test_what_an_update_does_not_bring_about_is_reported_by_field(stack: Stack) -> None:
    name = stack.create(declared()).physical_id

    def take_back(_: object) -> None:
        stack.clock.advance(600)
        stack.sagemaker.call("UpdateInferenceExperiment", {"Name": name, "ShadowModeConfig": shadow_mode(33)})
        stack.clock.advance(600)

    stack.sagemaker.faults.add(Hook(take_back, "UpdateInferenceExperiment", after=True))
    mark = stack.mark()

    answer = stack.update(declared(), declared(sampling=60), name)

    assert not answer.succeeded
    assert "SamplingPercentage (declared 60, live 33)" in answer.reason
    mine = [call for call in stack.sagemaker.record[mark:] if call.operation == "UpdateInferenceExperiment"]
    assert len(mine) == 2, "the handler's one and somebody else's one"


def test_a_race_with_another_update_is_waited_out(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(
        Hook(
            lambda _: stack.call("UpdateInferenceExperiment", Name=name, Description="somebody else's"),
            "AddTags",
        )
    )

    answer = stack.update(declared(), declared(sampling=60), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 60


def test_tags_change_in_place_whatever_the_status(stack: Stack) -> None:
    def tagged(**tags: str) -> dict[str, Any]:
        return declared(Tags=[{"Key": key, "Value": value} for key, value in tags.items()])

    name = stack.create(tagged(team="search", stage="dev")).physical_id
    stack.call("AddTags", ResourceArn=stack.describe(name)["Arn"], Tags=[{"Key": "cost-center", "Value": "7"}])
    mark = stack.mark()

    assert stack.update(tagged(team="search", stage="dev"), tagged(team="shop"), name).succeeded

    assert set(stack.calls(since=mark)) == {"AddTags", "DeleteTags"}
    tags = stack.tags(name)
    assert tags["team"] == "shop"
    assert "stage" not in tags
    assert tags["cost-center"] == "7", "somebody else's tag stays"


def test_an_end_that_is_no_longer_declared_goes_back_to_sagemakers_seven_days(stack: Stack) -> None:
    before, after = declared(Schedule={"Duration": "P20D"}), declared(Schedule=None)
    name = stack.create(before).physical_id

    answer = stack.update(before, after, name)

    assert answer.succeeded, answer.reason
    schedule = stack.describe(name)["Schedule"]
    assert (schedule["EndTime"] - schedule["StartTime"]).days == 7


def test_an_end_in_the_past_is_refused_with_the_way_to_end_it(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(86_400)
    mark = stack.mark()

    answer = stack.update(declared(), declared(Schedule={"EndTime": "2030-01-01T12:00:00Z"}), name)

    assert not answer.succeeded
    assert "DesiredState" in answer.reason
    assert stack.calls(since=mark) == []


def test_production_must_still_be_mirrored_when_a_scheduled_test_changes(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    mark = stack.mark()
    other = [variant(PRODUCTION, "contender"), variant(SHADOW, CHALLENGER)]

    answer = stack.update(before, before | {"ModelVariants": other}, name)

    assert not answer.succeeded
    assert "match what production serves" in answer.reason
    assert stack.calls(since=mark) == []


def test_a_call_that_may_not_be_made_is_named(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    denied = "User: x is not authorized to perform: sagemaker:UpdateInferenceExperiment"
    stack.sagemaker.faults.add(ErrorFault("UpdateInferenceExperiment", "AccessDeniedException", denied, times=1000))

    answer = stack.update(declared(), declared(sampling=60), name)

    assert not answer.succeeded
    assert denied in answer.reason


def test_an_unknown_status_fails_an_update_by_its_name(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    with reported_as(stack, "Paused"):
        answer = stack.update(declared(), declared(sampling=60), name)
        assert not answer.succeeded
        assert "'Paused'" in answer.reason
        assert stack.calls(since=mark) == []

        assert stack.roll_back(declared(sampling=60), declared(), name).succeeded

    # The rollback acquires the lease, so that no older request goes on once the status is another.
    assert stack.calls(since=mark) == ["AddTags"]


def test_a_drifted_production_is_not_overwritten_by_a_start_of_ours(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    deploy(stack, [served(model="contender")])
    mark = stack.mark()

    answer = stack.update(before, declared(), name)

    assert not answer.succeeded
    assert "match what production serves" in answer.reason
    assert stack.calls(since=mark) == []
    mirrored = declared(ModelVariants=[variant(PRODUCTION, "contender"), variant(SHADOW, "challenger")])
    assert stack.update(before, mirrored, name).succeeded
