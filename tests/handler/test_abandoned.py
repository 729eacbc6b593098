"""A request removes what it has created, if CloudFormation has stopped waiting for it."""

from datetime import timedelta

import pytest

from inference_experiment_handler import index
from local.sagemaker import Hook
from simulation.cloudformation import INVENTED
from simulation.declarations import declared
from simulation.function import Context
from tests.support.interruption import meanwhile, stop_waiting
from tests.support.stack import Stack

SECOND = declared(Run="2")


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "before it shows"])
def test_what_was_created_when_cloudformation_had_given_it_up_is_removed(after: bool) -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment", after=after))

    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_replacement_that_is_superseded_before_it_shows_is_removed() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=40))
    old = stack.create(declared()).physical_id
    mark = stack.mark()
    update = stack.event("Update", SECOND, physical_id=old, old=declared())
    stack.clock.advance(1)
    rollback = stack.event("Rollback", declared(), physical_id=old, old=SECOND)
    meanwhile(
        stack,
        lambda: stack.serve_once(rollback),
        when=lambda: "CreateInferenceExperiment" in stack.calls(since=mark),
    )

    stack.deliver(update)
    stack.run()

    rolled_back, cancelled = stack.answers[-2:]
    assert rolled_back.succeeded, rolled_back.reason
    assert not cancelled.succeeded
    stack.clock.advance(600)
    assert stack.names() == [old]
    assert stack.shadows() == []


def test_what_was_given_up_is_removed_even_if_it_starts_for_longer_than_the_service_timeout() -> None:
    stack = Stack(starting=timedelta(minutes=70))

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment"))
    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize("stripped", [False, True], ids=["", "somebody strips its tags"])
def test_what_was_given_up_is_removed_even_if_all_is_forgotten_meanwhile(*, stripped: bool) -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))
    event = stack.event("Create", declared())

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment"))
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(600)
    (name,) = stack.names()
    if stripped:
        stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=list(stack.tags(name)))

    index.serve(event, Context(stack.clock), stack.ports)

    assert not stack.answers[-1].succeeded
    assert stack.names() == []
    assert stack.shadows() == []


def test_what_was_given_up_is_removed_though_somebody_strips_its_tags(stack: Stack) -> None:
    event = stack.event("Create", declared())

    def strip_tags_and_give_up() -> None:
        if stack.status != "DELETE_COMPLETE" and stack.names():
            arn = stack.describe(stack.names()[0])["Arn"]
            stack.call("DeleteTags", ResourceArn=arn, TagKeys=list(stack.tags(stack.names()[0])))
            stack.status = "DELETE_COMPLETE"

    stack.while_waiting = strip_tags_and_give_up
    stack.deliver(event)
    stack.run()

    assert stack.status == "DELETE_COMPLETE"
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize("changed", [True, False], ids=["the update has changed it", "the update has not changed it"])
@pytest.mark.parametrize("lost", [0, 1], ids=["", "a response is lost"])
def test_a_create_that_runs_again_in_the_rollback_of_a_later_update_does_not_remove_its_test(
    stack: Stack, changed: bool, lost: int
) -> None:
    event = stack.event("Create", declared())
    stack.deliver(event)
    stack.run()
    name = stack.answers[-1].physical_id
    stack.clock.advance(900)
    # Somebody removes the tags, so they do not show that the creation was completed.
    stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=list(stack.tags(name)))
    if changed:
        stack.event("Rollback", declared(), physical_id=name, old=declared(sampling=50))
    stack.status_during[event["RequestId"]] = "UPDATE_ROLLBACK_IN_PROGRESS"
    stack.operation_began = stack.clock.now()
    stack.lost_of_resource = lost
    mark = stack.mark()

    stack.deliver(event)
    stack.run()

    assert stack.calls(since=mark) == []
    assert stack.describe(name)["Status"] == "Running"


@pytest.mark.parametrize("status", ["CREATE_FAILED", "DELETE_COMPLETE", ""], ids=["failed", "deleted", "not reported"])
def test_a_create_that_runs_again_when_its_own_update_is_rolled_back_removes_its_test(
    stack: Stack, status: str
) -> None:
    event = stack.event("Create", declared())
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.status_during[event["RequestId"]] = "UPDATE_ROLLBACK_IN_PROGRESS"
    stack.resource_status = (status, stack.clock.now())

    stack.deliver(event)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert stack.names() == []
