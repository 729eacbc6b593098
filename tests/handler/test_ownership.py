"""Ownership: an experiment of another owner is never changed, unless it is taken over deliberately."""

from datetime import UTC, datetime
from typing import Any

import pytest

from inference_experiment_handler.model import tags as own_tags
from inference_experiment_handler.model.tags import LAST_APPLIED, LOGICAL_ID
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from inference_experiment_handler.spec import limits
from local.sagemaker import ErrorFault
from simulation.cloudformation import STACK_ID
from simulation.declarations import PROMOTE, REMOVE, ROLE, SHADOW, declared, shadow_mode
from tests.support.foreign import make_theirs
from tests.support.stack import Stack

NAMED = declared(Name="theirs")


@pytest.fixture
def foreign(stack: Stack) -> Stack:
    """Somebody has made an experiment named ``theirs`` in the console, and it runs."""
    make_theirs(stack)
    stack.clock.advance(600)
    assert stack.describe("theirs")["Status"] == "Running"
    return stack


def test_an_experiment_says_whose_it_is_and_what_was_applied(stack: Stack) -> None:
    name = stack.create(declared()).physical_id

    tags = stack.tags(name)
    assert tags[STACK_TAG] == STACK_ID
    assert tags[LOGICAL_ID] == "ShadowTest"
    assert tags[LAST_APPLIED].startswith("1:")
    assert len(tags[LAST_APPLIED]) <= 256


def test_a_create_never_touches_a_foreign_experiment_nor_does_its_clean_up(foreign: Stack) -> None:
    mark = foreign.mark()

    failed = foreign.create(NAMED)

    assert not failed.succeeded
    assert "experiment theirs already exists and does not belong to this resource" in failed.reason
    assert "set AdoptExisting to true" in failed.reason
    assert foreign.delete(NAMED, failed.physical_id).succeeded
    assert foreign.calls(since=mark) == []
    assert foreign.describe("theirs")["Status"] == "Running"


def test_neither_does_an_update_nor_a_delete(foreign: Stack) -> None:
    mark = foreign.mark()

    assert not foreign.update(NAMED, declared(Name="theirs", sampling=50), "theirs").succeeded
    assert foreign.delete(NAMED, "theirs").succeeded
    assert foreign.calls(since=mark) == []


def test_another_stack_is_named(stack: Stack) -> None:
    assert stack.create(NAMED).succeeded
    other = beside(stack)

    answer = other.create(NAMED)

    assert not answer.succeeded
    assert f"it belongs to ShadowTest of stack {STACK_ID}" in answer.reason


def test_an_existing_experiment_is_taken_over_deliberately(foreign: Stack) -> None:
    adopted = declared(Name="theirs", AdoptExisting=True, sampling=50)

    answer = foreign.create(adopted)

    assert answer.succeeded, answer.reason
    assert foreign.describe("theirs")["ShadowModeConfig"] == shadow_mode(50)
    assert foreign.tags("theirs")[LOGICAL_ID] == "ShadowTest"
    assert foreign.delete(adopted, "theirs").succeeded
    assert foreign.shadows() == []


def test_a_take_over_that_is_refused_leaves_it_foreign(foreign: Stack) -> None:
    refused = declared(Name="theirs", AdoptExisting=True, KmsKey="alias/volumes", RoleArn=f"{ROLE}-2")
    mark = foreign.mark()

    failed = foreign.create(refused)

    assert not failed.succeeded
    assert "RoleArn" in failed.reason
    assert foreign.delete(refused, failed.physical_id).succeeded
    assert foreign.calls(since=mark) == []
    assert foreign.describe("theirs")["Status"] == "Running"


def test_the_former_owner_lets_go_of_what_was_taken_over(stack: Stack) -> None:
    assert stack.create(NAMED).succeeded
    other = beside(stack)
    assert other.create(declared(Name="theirs", AdoptExisting=True)).succeeded
    mark = stack.mark()

    assert stack.delete(NAMED, "theirs").succeeded
    assert not stack.update(NAMED, declared(Name="theirs", sampling=50), "theirs").succeeded
    assert stack.calls(since=mark) == []


def test_a_generated_name_is_proof_where_the_tags_were_stripped(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    strip(stack, name)

    assert stack.update(declared(), declared(sampling=50), name).succeeded
    assert stack.tags(name)[LOGICAL_ID] == "ShadowTest"
    strip(stack, name)
    assert stack.delete(declared(), name).succeeded
    assert stack.shadows() == []


def test_a_given_name_is_no_proof(stack: Stack) -> None:
    stack.create(NAMED)
    strip(stack, "theirs")
    mark = stack.mark()

    assert not stack.update(NAMED, declared(Name="theirs", sampling=50), "theirs").succeeded
    assert stack.delete(NAMED, "theirs").succeeded
    assert stack.calls(since=mark) == []
    assert stack.shadows() == [SHADOW]


def test_an_ended_experiment_can_be_taken_over_as_it_is(foreign: Stack) -> None:
    foreign.call("StopInferenceExperiment", Name="theirs", ModelVariantActions=REMOVE, DesiredState="Completed")
    foreign.clock.advance(600)

    answer = foreign.create(declared(Name="theirs", AdoptExisting=True, Schedule=None))

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Completed"


def test_stripped_tags_are_put_back_before_a_call_that_iam_allows_by_them(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    strip(stack, name)
    mark = stack.mark()

    assert stack.update(declared(), declared(sampling=50), name).succeeded

    marking, update = stack.sagemaker.record[mark:], stack.calls(since=mark).index("UpdateInferenceExperiment")
    assert stack.calls(since=mark)[:update].count("AddTags") >= 1
    first = next(call for call in marking if call.operation == "AddTags" and STACK_TAG in str(call.parameters))
    assert marking.index(first) < [call.operation for call in marking].index("UpdateInferenceExperiment")
    assert stack.tags(name)[STACK_TAG] == STACK_ID


@pytest.mark.parametrize("left", [{"KmsKey": "alias/other"}, {"DataStorageConfig": {"Destination": "s3://captures/a"}}])
@pytest.mark.parametrize("status", ["Running", "Cancelled"])
def test_what_a_rollback_has_left_differs_though_the_tags_were_stripped(
    stack: Stack, left: dict[str, Any], status: str
) -> None:
    properties = declared(OnDelete={"Record": "Retain"})
    name = stack.create(properties | left).physical_id
    assert stack.roll_back(properties | left, properties, name).succeeded
    if status == "Cancelled":
        stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE, DesiredState=status)
        stack.clock.advance(600)
    assert stack.describe(name)["Status"] == status
    strip(stack, name)

    # CloudFormation says that nothing of it was declared before.
    answer = stack.update(properties, properties | {"Tags": [{"Key": "team", "Value": "ranking"}]}, name)

    assert not answer.succeeded
    assert f"{next(iter(left))} (declared nothing, live" in answer.reason
    # It passes no rollback by, and can be declared.
    assert stack.roll_back(properties, properties, name).succeeded
    assert stack.update(properties, properties | left, name).succeeded


@pytest.mark.parametrize("stripped", [STACK_TAG, LOGICAL_ID])
def test_one_stripped_tag_takes_nothing_from_its_owner(stack: Stack, stripped: str) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(600)
    stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=[stripped])

    assert stack.update(declared(), declared(sampling=20), name).succeeded
    assert stack.tags(name)[stripped]
    assert stack.delete(declared(sampling=20), name).succeeded
    assert stack.names() == []


@pytest.mark.parametrize("refused", ["StartInferenceExperiment", "StopInferenceExperiment"])
def test_a_takeover_that_fails_halfway_leaves_the_test_to_whose_it_was(stack: Stack, refused: str) -> None:
    scheduled = {
        "Schedule": {"StartTime": datetime(2030, 1, 20, tzinfo=UTC), "EndTime": datetime(2030, 1, 27, tzinfo=UTC)}
    }
    make_theirs(stack, **(scheduled if refused.startswith("Start") else {}))
    stack.clock.advance(1200)
    concluded = {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    taken = NAMED | {"AdoptExisting": True} | (concluded if refused.startswith("Stop") else {})
    stack.sagemaker.faults.add(ErrorFault(refused, "ValidationException", "no", times=3))

    created = stack.create(taken)

    assert not created.succeeded
    assert STACK_TAG not in stack.tags("theirs")
    assert stack.delete(taken, created.physical_id).succeeded
    assert stack.names() == ["theirs"]


def test_what_is_taken_over_gets_its_owners_tags_before_it_loses_any(stack: Stack) -> None:
    before = declared(Tags=[{"Key": "team", "Value": "a"}])
    name = stack.create(before).physical_id
    stack.serve("other")
    stack.clock.advance(1200)
    make_theirs(stack, EndpointName="other", Tags=[{"Key": "team", "Value": "theirs"}])
    stack.clock.advance(1200)
    mark = stack.mark()

    answer = stack.update(before, NAMED | {"AdoptExisting": True, "EndpointName": "other"}, name)

    assert answer.succeeded, answer.reason
    assert [call for call in stack.calls(since=mark) if call.endswith("Tags")] == ["AddTags", "DeleteTags"]


def strip(stack: Stack, name: str) -> None:
    keys: list[Any] = list(stack.tags(name))
    stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=keys)


def beside(stack: Stack) -> Stack:
    """Another stack in the same account."""
    return Stack(stack_id=f"{STACK_ID}-other", beside=stack)


@pytest.mark.parametrize("transition", ["Creating", "Starting"])
def test_a_foreign_experiment_in_transition_holds_up_no_delete(stack: Stack, transition: str) -> None:
    make_theirs(stack, Tags=[{"Key": STACK_TAG, "Value": "another"}, {"Key": LOGICAL_ID, "Value": "ShadowTest"}])
    stack.clock.advance(5 if transition == "Creating" else 60)
    assert stack.describe("theirs")["Status"] == transition

    assert stack.delete(NAMED, "theirs").succeeded
    assert stack.sleeps == 0


def test_what_is_taken_over_has_nothing_that_is_not_declared(stack: Stack) -> None:
    make_theirs(stack, DataStorageConfig={"Destination": "s3://theirs/captured"})
    stack.clock.advance(600)
    mark = stack.mark()

    answer = stack.create(NAMED | {"AdoptExisting": True})

    assert not answer.succeeded
    assert "DataStorageConfig (declared nothing, live" in answer.reason
    assert stack.calls(since=mark) == []


def test_a_retry_of_a_takeover_of_an_ended_test_succeeds_again(foreign: Stack) -> None:
    foreign.clock.advance(8 * 86_400)
    event = foreign.event("Create", NAMED | {"AdoptExisting": True})

    for _ in range(2):
        foreign.deliver(event)
        foreign.run()

    assert [answer.succeeded for answer in foreign.answers] == [True, True]


def test_a_create_that_finds_an_own_test_that_has_ended_does_not_pretend(stack: Stack) -> None:
    kept = declared(OnDelete={"Record": "Retain"})
    name = stack.create(kept).physical_id
    assert stack.delete(kept, name).succeeded
    stack.clock.advance(60)

    answer = stack.create(kept)

    assert not answer.succeeded
    assert "can't run again" in answer.reason
    assert "Start a new run (change Run" in answer.reason


def test_the_limit_of_tags_leaves_room_for_all_of_its_own() -> None:
    own = [value for value in vars(own_tags).values() if str(value).startswith(own_tags.PREFIX)]

    assert len(set(own) - {own_tags.PREFIX}) == limits.OWN_TAGS
