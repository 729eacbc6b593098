"""Somebody removes tags of a test. What is left may look like what a creation that failed leaves."""

from datetime import timedelta
from typing import Any

import pytest

from inference_experiment_handler.model.request import CLOCK_SKEW
from inference_experiment_handler.model.tags import LAST_APPLIED, LEASE, PENDING_STOP
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from local.sagemaker import ErrorFault
from simulation.cloudformation import STACK_ID
from simulation.declarations import PROMOTE, REMOVE, RETAIN, SHADOW, declared, shadow_mode
from tests.handler.test_ownership import strip
from tests.support.foreign import THEIRS, make_theirs
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

KEPT = declared(OnDelete={"ModelVariantActions": RETAIN})
KEY = {"KmsKey": "alias/other"}
"""It can't be removed from a running test, so a rollback that should remove it does not restore everything."""
STOP = "StopInferenceExperiment"


def remove_tags(stack: Stack, name: str, *tags: str) -> None:
    stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=list(tags))


def deliver_again(stack: Stack, event: dict[str, Any], status: str) -> None:
    """Lambda delivers again a request that was answered. The stack has another status by then."""
    stack.clock.advance(300)
    stack.status_during[event["RequestId"]] = status
    stack.deliver(event)
    stack.run()


def test_after_a_rollback_has_restored_the_owner_a_delete_does_as_declared(stack: Stack) -> None:
    name = stack.create(KEPT | KEY).physical_id
    strip(stack, name)
    rolled_back = stack.roll_back(KEPT | {"Description": "failed"}, KEPT, name)
    assert rolled_back.succeeded, rolled_back.reason
    assert stack.tags(name)[STACK_TAG] == STACK_ID

    answer = stack.delete(KEPT, name)

    assert answer.succeeded, answer.reason
    assert stack.shadows() == [SHADOW]


def test_what_was_applied_is_kept_when_only_the_owner_is_restored(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(600)
    applied = stack.tags(name)[LAST_APPLIED]
    remove_tags(stack, name, STACK_TAG)
    # Only the call before the update writes tags.
    stack.sagemaker.faults.add(ErrorFault("UpdateInferenceExperiment", "ValidationException", "rejected"))

    assert not stack.update(declared(), declared(sampling=20), name).succeeded

    assert stack.tags(name)[STACK_TAG] == STACK_ID
    assert stack.tags(name)[LAST_APPLIED] == applied


def test_what_was_applied_to_a_new_test_is_kept_while_its_tags_do_not_show() -> None:
    stack = Stack(
        creating=timedelta(seconds=1), starting=timedelta(seconds=2), tags_visible_after=timedelta(seconds=40)
    )
    stack.poll_seconds = 1
    name = stack.create(KEPT).physical_id

    assert stack.roll_back(KEPT | {"Description": "failed"}, KEPT | KEY, name).succeeded

    stack.clock.advance(600)
    assert stack.tags(name)[LAST_APPLIED]


def test_what_was_applied_to_an_ended_test_is_kept_while_its_tags_do_not_show() -> None:
    before = declared(OnDelete={"Record": "Retain"})
    promoted = before | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    tagged = promoted | {"Tags": [{"Key": "team", "Value": "ranking"}]}
    stack = Stack(tags_visible_after=timedelta(seconds=40))
    name = stack.create(before).physical_id
    assert stack.update(before, promoted, name).succeeded
    stack.clock.advance(600)
    strip(stack, name)
    stack.clock.advance(600)
    assert stack.update(promoted, tagged, name).succeeded

    # The test has ended, so its sampling percentage can't be restored.
    assert stack.roll_back(tagged, before | {"ShadowModeConfig": shadow_mode(77)}, name).succeeded

    stack.clock.advance(600)
    assert stack.tags(name)[LAST_APPLIED]


def taken_over_by_a_rollback(stack: Stack) -> dict[str, Any]:
    """The rollback finds another test of that name, and takes it over without everything that is declared."""
    properties = KEPT | {"Name": THEIRS, "AdoptExisting": True}
    stack.create(properties)
    stack.remove(THEIRS)
    stack.clock.advance(3600)
    make_theirs(stack, **KEY)
    stack.clock.advance(1200)
    event = stack.event("Rollback", properties, physical_id=THEIRS, old=properties | {"Description": "failed"})
    stack.deliver(event)
    stack.run()
    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    return event


def test_after_a_rollback_has_taken_a_test_over_a_delete_does_as_declared(stack: Stack) -> None:
    event = taken_over_by_a_rollback(stack)
    stack.clock.advance(3600)

    answer = stack.delete(event["ResourceProperties"], THEIRS)

    assert answer.succeeded, answer.reason
    assert stack.shadows() == [SHADOW]


def test_a_rollback_that_is_delivered_again_does_not_remove_what_it_took_over(stack: Stack) -> None:
    event = taken_over_by_a_rollback(stack)
    mark = stack.mark()

    deliver_again(stack, event, "UPDATE_ROLLBACK_COMPLETE")

    assert STOP not in stack.calls(since=mark)
    assert stack.names() == [THEIRS]


@pytest.mark.parametrize("removed", [[LAST_APPLIED], [LAST_APPLIED, LEASE]], ids=["applied", "applied and request"])
@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "DELETE_IN_PROGRESS"])
def test_an_update_that_is_delivered_again_does_not_remove_an_older_test(
    stack: Stack, removed: list[str], status: str
) -> None:
    name = stack.create(KEPT).physical_id
    stack.clock.advance(600)
    remove_tags(stack, name, *removed)
    stack.sagemaker.faults.add(ErrorFault("UpdateInferenceExperiment", "ValidationException", "rejected", times=3))
    event = stack.event("Update", KEPT | declared(sampling=30), physical_id=name, old=KEPT)
    stack.deliver(event)
    stack.run()
    assert not stack.answers[-1].succeeded
    mark = stack.mark()

    deliver_again(stack, event, status)

    assert STOP not in stack.calls(since=mark)
    assert stack.names() == [name]


@pytest.mark.parametrize("clock_ahead", [0, CLOCK_SKEW])
@pytest.mark.parametrize("creates", ["replaces", "creates again"])
def test_an_update_that_is_delivered_again_removes_what_it_created(
    stack: Stack, creates: str, clock_ahead: int
) -> None:
    """Its journal is lost, and the stack no longer waits for it. The clock of who signs the URL may be ahead."""
    name = stack.create(KEPT).physical_id
    stack.clock.advance(3600)
    if creates == "creates again":
        stack.remove(name)
    new = KEPT | {"Run": "2"} if creates == "replaces" else KEPT
    event = stack.event("Update", new, physical_id=name, old=KEPT, clock_ahead=clock_ahead)
    stop_waiting(stack, event, after="CreateInferenceExperiment")

    deliver_again(stack, event, "UPDATE_ROLLBACK_FAILED")

    assert not stack.answers[-1].succeeded
    assert stack.shadows() == []
    assert stack.names() == ([name] if creates == "replaces" else [])


@pytest.mark.parametrize("removed", [[LAST_APPLIED], [LAST_APPLIED, LEASE]], ids=["applied", "applied and request"])
def test_a_delete_of_what_may_be_a_failed_creation_records_its_stop(stack: Stack, removed: list[str]) -> None:
    """With its owner, and without what was applied, nothing shows that the creation was completed."""
    name = stack.create(KEPT).physical_id
    stack.clock.advance(600)
    remove_tags(stack, name, *removed)
    mark = stack.mark()

    assert stack.delete(KEPT, name).succeeded

    made = [call.parameters for call in stack.sagemaker.record[mark:]]
    intended = [tag["Value"].split()[0] for each in made for tag in each.get("Tags", []) if tag["Key"] == PENDING_STOP]
    (stop,) = [each["ModelVariantActions"] for each in made if "ModelVariantActions" in each]
    assert intended == ["Remove"]
    assert stop == REMOVE
