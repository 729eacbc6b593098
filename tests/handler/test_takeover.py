"""A test that is taken over existed before: after a rollback, or without the stack, it continues without an owner."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import CancelFault, Hook
from simulation.cloudformation import NO_RESOURCE
from simulation.declarations import SHADOW, declared
from simulation.endpoints import served
from tests.support.endpoint import begin_to_deploy
from tests.support.foreign import THEIRS, make_theirs
from tests.support.interruption import meanwhile, stop_waiting
from tests.support.stack import Stack

ADOPTING = declared(Name=THEIRS, AdoptExisting=True)
PREFIX = "sagemaker-inference-experiment:"


def own_tags(stack: Stack) -> list[str]:
    return [key for key in stack.tags(THEIRS) if key.startswith(PREFIX)]


def roll_back_creation(stack: Stack) -> None:
    """Another resource fails, and the stack deletes what it has brought."""
    event = stack.event("Delete", ADOPTING, physical_id=THEIRS)
    stack.status_during[event["RequestId"]] = "ROLLBACK_IN_PROGRESS"
    stack.deliver(event)
    stack.run()
    assert stack.answers[-1].succeeded, stack.answers[-1].reason


@pytest.fixture
def resting() -> Stack:
    """Theirs is due, and still rests in Created."""
    stack = Stack(unscheduled_passes_created=True)
    make_theirs(stack)
    while stack.describe(THEIRS)["Status"] != "Created":
        stack.clock.advance(10)
    return stack


def test_a_takeover_that_starts_the_test_is_rolled_back_as_any_other(resting: Stack) -> None:
    answer = resting.create(ADOPTING)
    assert answer.succeeded, answer.reason
    assert "StartInferenceExperiment" in resting.calls()

    roll_back_creation(resting)

    assert resting.describe(THEIRS)["Status"] == "Running"
    assert resting.shadows() == [SHADOW]
    assert own_tags(resting) == []


def test_a_takeover_that_fails_after_a_start_leaves_no_tag(resting: Stack) -> None:
    resting.sagemaker.faults.add(CancelFault("Starting", "no capacity"))

    answer = resting.create(ADOPTING)

    assert not answer.succeeded
    assert "StartInferenceExperiment" in resting.calls()
    assert own_tags(resting) == []


def test_a_takeover_is_answered_once_its_tags_show() -> None:
    stack = Stack(tags_visible_after=timedelta(seconds=30))
    make_theirs(stack)
    stack.clock.advance(1200)

    answer = stack.create(ADOPTING)

    assert answer.succeeded, answer.reason
    assert f"{PREFIX}adopted" in stack.tags(THEIRS)
    roll_back_creation(stack)
    stack.clock.advance(120)
    assert stack.describe(THEIRS)["Status"] == "Running"
    assert own_tags(stack) == []


def test_a_takeover_whose_tags_would_show_after_its_deadline_writes_none() -> None:
    stack = Stack(tags_visible_after=timedelta(seconds=40), updating=timedelta(minutes=56))
    make_theirs(stack)
    stack.clock.advance(1200)

    answer = stack.create(ADOPTING | {"Description": "of the stack"})

    assert not answer.succeeded
    assert "might not be visible before the deadline; deploy again" in answer.reason
    roll_back_creation(stack)
    stack.clock.advance(120)
    assert stack.describe(THEIRS)["Status"] == "Running"
    assert own_tags(stack) == []


@pytest.mark.parametrize(
    ("timeout", "late", "made"), [(60, 0, True), (120, 65, True), (159, 100, True), (160, 100, False), (160, 40, True)]
)
def test_only_a_takeover_with_a_short_time_out_is_made_in_its_last_minute(timeout: int, late: int, made: bool) -> None:
    stack = Stack()
    make_theirs(stack)
    stack.clock.advance(1200)
    event = stack.event("Create", ADOPTING | {"ServiceTimeout": timeout})
    # Lambda may deliver it late.
    stack.clock.advance(late)

    stack.deliver(event)
    stack.run()
    answer = stack.answers[-1]

    assert answer.succeeded is made, answer.reason
    assert (f"{PREFIX}adopted" in stack.tags(THEIRS)) is made


def test_an_update_that_replaces_a_run_takes_nothing_over_in_its_last_minute() -> None:
    stack = Stack()
    name = stack.create(declared()).physical_id
    stack.clock.advance(8 * 86_400)
    make_theirs(stack)
    stack.clock.advance(1200)
    event = stack.event("Update", ADOPTING, old=declared(), physical_id=name)
    stack.clock.advance(56.5 * 60)

    stack.deliver(event)
    stack.run()

    assert "might not be visible before the deadline" in stack.answers[-1].reason
    assert own_tags(stack) == []


def test_a_rollback_in_its_last_minute_takes_back_a_test_whose_tags_were_removed() -> None:
    stack = Stack()
    make_theirs(stack)
    stack.clock.advance(1200)
    assert stack.create(ADOPTING).succeeded
    arn = stack.describe(THEIRS)["Arn"]
    stack.call("DeleteTags", ResourceArn=arn, TagKeys=own_tags(stack))
    event = stack.event("Rollback", ADOPTING, old=ADOPTING | {"Description": "another"}, physical_id=THEIRS)
    # The rollback is due 57 minutes after it was issued.
    stack.clock.advance(56.5 * 60)

    stack.deliver(event)
    stack.run()

    # CloudFormation sends no Delete after it, which could miss the tags.
    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert f"{PREFIX}stack-id" in own_tags(stack)


def test_a_takeover_that_a_delete_has_overtaken_lets_go(stack: Stack) -> None:
    make_theirs(stack)
    stack.clock.advance(1200)

    def deleted(_: object) -> None:
        stack.status = "DELETE_IN_PROGRESS"

    # The Delete finds no tags, and answers; then they are written.
    stack.sagemaker.faults.add(Hook(deleted, "AddTags"))

    answer = stack.create(ADOPTING)

    assert not answer.succeeded
    assert "no longer waits" in answer.reason
    assert stack.describe(THEIRS)["Status"] == "Running"
    assert own_tags(stack) == []


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", "ROLLBACK_COMPLETE"])
def test_a_takeover_that_a_delete_has_overtaken_lets_go_also_if_the_function_was_lost(status: str) -> None:
    stack, event = overtaken()
    stack.status_during[event["RequestId"]] = status

    # Lambda runs the Create once more.
    stack.serve_once(event)
    stack.clock.advance(180)

    assert stack.describe(THEIRS)["Status"] == "Running"
    assert own_tags(stack) == []


def test_a_create_that_runs_once_more_waits_for_the_stack_to_be_gone() -> None:
    stack, event = overtaken()
    stack.status_during[event["RequestId"]] = "DELETE_IN_PROGRESS"
    meanwhile(stack, lambda: setattr(stack, "status", "DELETE_COMPLETE"))

    stack.serve_once(event)
    stack.clock.advance(180)

    assert own_tags(stack) == []


@pytest.mark.parametrize(
    ("resource", "keeps"),
    [
        ("CREATE_COMPLETE", True),
        ("UPDATE_COMPLETE", True),
        # The rollback has deleted a run that should have replaced this one.
        ("DELETE_COMPLETE", True),
        (NO_RESOURCE, False),
    ],
)
def test_a_create_that_runs_once_more_after_the_rollback_of_an_update_keeps_what_it_took_over_with_its_resource(
    resource: str, *, keeps: bool
) -> None:
    stack, event = overtaken()
    # A later update was rolled back, or the one that added the resource.
    stack.status_during[event["RequestId"]] = "UPDATE_ROLLBACK_COMPLETE"
    stack.resource_status = (resource, stack.clock.now())

    stack.serve_once(event)
    stack.clock.advance(180)

    assert stack.describe(THEIRS)["Status"] == "Running"
    assert (own_tags(stack) != []) == keeps


def test_a_create_that_runs_once_more_waits_for_the_rollback_to_delete_its_resource() -> None:
    stack, event = overtaken()
    stack.status_during[event["RequestId"]] = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    stack.resource_status = ("DELETE_IN_PROGRESS", stack.clock.now())

    def complete() -> None:
        stack.status = "UPDATE_ROLLBACK_COMPLETE"
        stack.resource_status = (NO_RESOURCE, stack.clock.now())

    meanwhile(stack, complete)

    stack.serve_once(event)
    stack.clock.advance(180)

    assert own_tags(stack) == []


def test_a_create_that_runs_once_more_asks_again_if_the_first_response_is_lost() -> None:
    stack, event = overtaken()
    stack.status_during[event["RequestId"]] = "UPDATE_ROLLBACK_COMPLETE"
    stack.resource_status = (NO_RESOURCE, stack.clock.now())
    stack.lost_of_resource = 1

    stack.serve_once(event)
    stack.clock.advance(180)

    assert own_tags(stack) == []


def overtaken() -> tuple[Stack, dict[str, Any]]:
    """A Create that was lost after it took a test over; a Delete came before the tags showed."""
    stack = Stack(tags_visible_after=timedelta(minutes=2))
    make_theirs(stack)
    stack.clock.advance(1200)
    event = stack.event("Create", ADOPTING)
    stop_waiting(stack, event, after="AddTags")
    assert stack.delete(ADOPTING, THEIRS).succeeded
    stack.clock.advance(180)
    return stack, event


def test_a_rollback_that_has_released_a_test_does_not_stop_it(stack: Stack) -> None:
    own = stack.create(declared()).physical_id
    stack.remove(own)
    make_theirs(stack)
    stack.clock.advance(600)
    assert stack.update(declared(), ADOPTING, own).physical_id == THEIRS
    # The rollback waits for the endpoint, so it has acquired the lease when it releases the test.
    begin_to_deploy(stack, [served()], [served(SHADOW, "challenger")])

    answer = stack.roll_back(ADOPTING, declared(), own)

    assert stack.describe(THEIRS)["Status"] == "Running", answer.reason
    assert own_tags(stack) == []


def test_a_test_without_its_tags_is_not_released_because_a_declared_tag_was_deleted(stack: Stack) -> None:
    tagged = declared(Name="given", Tags=[{"Key": "team", "Value": "ranking"}])
    untagged = declared(Name="given")
    assert stack.create(tagged).succeeded

    def strip_all(_: object) -> None:
        arn = stack.describe("given")["Arn"]
        stack.call("DeleteTags", ResourceArn=arn, TagKeys=list(stack.tags("given")))

    stack.sagemaker.faults.add(Hook(strip_all, "DeleteTags", after=True))
    assert stack.update(tagged, untagged | {"Description": "x"}, "given").succeeded

    assert stack.delete(untagged, "given").succeeded
    assert stack.names() == []
