"""CloudFormation stops waiting for a request and sends another, while the function still serves the first one."""

from datetime import timedelta

import pytest

from local.sagemaker import ErrorFault, Hook
from simulation.cloudformation import INVENTED
from simulation.declarations import REMOVE, declared, shadow_mode
from simulation.endpoints import served
from tests.support.endpoint import begin_to_deploy, redeploy
from tests.support.foreign import make_theirs
from tests.support.interruption import interject, meanwhile, stop_waiting
from tests.support.stack import STATUS_DURING, Stack

SECOND = declared(Run="2")


def test_a_cancelled_update_does_not_undo_the_rollback(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, Description="somebody else's, so the update has to wait")
    # The user cancels the update; CloudFormation rolls back while the update still waits.
    interject(stack, stack.event("Rollback", declared(), physical_id=name, old=declared(sampling=50)))

    stack.deliver(stack.event("Update", declared(sampling=50), physical_id=name, old=declared()))
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert not cancelled.succeeded
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 10


def test_a_delete_while_the_create_still_runs_leaves_nothing(stack: Stack) -> None:
    interject(stack, stack.event("Delete", declared(), physical_id=INVENTED))

    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert "deleted outside of this stack" in create.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_replacement_that_was_cancelled_creates_nothing_any_more(stack: Stack) -> None:
    old = stack.create(declared()).physical_id
    interject(stack, stack.event("Rollback", declared(), physical_id=old, old=SECOND))

    stack.deliver(stack.event("Update", SECOND, physical_id=old, old=declared()))
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert rollback.physical_id == old
    assert not cancelled.succeeded
    assert "a newer request holds the lease" in cancelled.reason
    assert stack.names() == [old]


def test_a_replacement_that_still_waits_for_the_endpoint_is_superseded_too(stack: Stack) -> None:
    old = stack.create(declared()).physical_id
    stack.call("StopInferenceExperiment", Name=old, ModelVariantActions=REMOVE)
    stack.clock.advance(1200)
    redeploy(stack)
    update = stack.event("Update", SECOND, physical_id=old, old=declared())
    stack.clock.advance(1)
    interject(stack, stack.event("Rollback", declared(), physical_id=old, old=SECOND))

    stack.deliver(update)
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert not cancelled.succeeded
    assert stack.names() == [old]


def test_a_delete_with_an_invented_id_stops_a_create_that_has_not_created_yet(stack: Stack) -> None:
    redeploy(stack)
    interject(stack, stack.event("Delete", declared(), physical_id=INVENTED))

    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert "CloudFormation no longer waits for this request" in create.reason
    assert "CreateInferenceExperiment" not in stack.calls()


def test_a_rollback_stops_a_recreation_that_has_not_created_yet(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.remove(name)
    redeploy(stack)
    over = declared(Schedule={"EndTime": "2030-01-01T00:10:00Z"})
    # Back to a declaration that is over by now, so the rollback has nothing to do; the stack is through with it then.
    interject(stack, stack.event("Rollback", over, physical_id=name, old=declared()))
    event = stack.event("Update", declared(), physical_id=name, old=over)

    def done(_: object) -> None:
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    stack.sagemaker.faults.add(Hook(done, "DescribeEndpoint", times=None))
    stack.deliver(event)
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert not cancelled.succeeded
    assert stack.names() == []


def test_a_lost_replacement_that_runs_once_more_takes_no_lease_from_the_rollback() -> None:
    scheduled = declared(Schedule={"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"})
    stack = Stack(stop_in_created=True)
    old = stack.create(scheduled).physical_id
    begin_to_deploy(stack, [served(count=2)])
    update = stack.event("Update", scheduled | {"Run": "2"}, physical_id=old, old=scheduled)
    stop_waiting(stack, update, after="AddTags")
    stack.clock.advance(1)
    assert stack.roll_back(scheduled | {"Run": "2"}, scheduled, old).succeeded
    # Other resources are still being rolled back, so it takes itself for a rollback. It has to wait for the endpoint.
    stack.status_during[update["RequestId"]] = STATUS_DURING["Rollback"]
    mark = stack.mark()

    stack.deliver(update)
    stack.run()

    assert "a newer request holds the lease" in stack.answers[-1].reason
    assert stack.calls(since=mark) == []
    assert stack.describe(old)["Status"] == "Created"
    assert stack.names() == [old]


def test_an_older_request_that_comes_late_leaves_the_newer_ones_work_alone(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    late = stack.event("Update", declared(sampling=50), physical_id=name, old=declared())
    stack.clock.advance(60)
    newer = stack.update(declared(), declared(sampling=60), name)
    assert newer.succeeded, newer.reason
    mark = stack.mark()

    stack.deliver(late)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "a newer request holds the lease" in stack.answers[-1].reason
    assert stack.calls(since=mark) == []


def test_an_update_creates_nothing_once_the_stack_rolls_back(stack: Stack) -> None:
    first = declared(Schedule={"EndTime": "2030-01-03T00:00:00Z"})
    name = stack.create(first).physical_id
    stack.clock.advance(timedelta(days=4))
    stack.call("DeleteInferenceExperiment", Name=name)
    begin_to_deploy(stack, [served()])
    update = stack.event("Update", SECOND, physical_id=name, old=first)
    interject(stack, stack.event("Rollback", first, physical_id=name, old=SECOND))

    stack.deliver(update)
    stack.run()

    rollback, given_up = stack.answers[-2:]
    assert rollback.succeeded
    assert not given_up.succeeded
    assert stack.delete(first, name).succeeded
    assert stack.names() == []


def test_a_create_whose_repeat_conflicts_with_its_first_attempt_may_have_created() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))
    create = stack.event("Create", declared())
    repeated = ErrorFault("CreateInferenceExperiment", "ConflictException", "it exists already", after=True)
    stack.sagemaker.faults.add(repeated)
    interject(stack, stack.event("Delete", declared(), physical_id=INVENTED))

    stack.deliver(create)
    stack.run()

    stack.clock.advance(600)
    assert stack.names() == []


def test_a_takeover_that_is_not_waited_for_any_more_touches_nothing(stack: Stack) -> None:
    adopting = declared(Name="theirs", AdoptExisting=True, sampling=50)
    make_theirs(stack)
    stack.clock.advance(1200)
    stack.call("UpdateInferenceExperiment", Name="theirs", Description="so that the takeover has to wait")
    tags = stack.tags("theirs")
    interject(stack, stack.event("Delete", adopting, physical_id="theirs"))

    stack.deliver(stack.event("Create", adopting))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded, delete.reason
    assert not create.succeeded
    assert "no longer waits" in create.reason
    assert stack.tags("theirs") == tags
    assert stack.describe("theirs")["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 10


@pytest.mark.parametrize("kind", ["Update", "Rollback"])
def test_an_update_that_runs_once_more_changes_nothing_any_more(stack: Stack, kind: str) -> None:
    name = stack.create(declared()).physical_id
    event = stack.event(kind, declared(sampling=50), physical_id=name, old=declared())
    stack.serve_once(event)
    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(33))
    stack.clock.advance(timedelta(minutes=10))
    mark = stack.mark()

    # Lambda delivers it twice, and the stack has long got its answer.
    stack.status_during[event["RequestId"]] = "UPDATE_COMPLETE" if kind == "Update" else "UPDATE_ROLLBACK_COMPLETE"
    stack.serve_once(event)

    assert "UpdateInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 33


def test_an_update_that_waited_writes_no_tags_after_it_was_rolled_back(stack: Stack) -> None:
    before = declared(Description="ranking", Tags=[{"Key": "team", "Value": "a"}])
    after = declared(Description="ranking", Tags=[{"Key": "team", "Value": "b"}])
    name = stack.create(before).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, Description="ranking")

    def roll_back() -> None:
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    stack.while_waiting = roll_back
    answer = stack.update(before, after, name)

    assert not answer.succeeded
    assert stack.tags(name)["team"] == "a"


def test_a_rollback_that_runs_once_more_changes_nothing_though_only_a_part_can_be_taken_back(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-01-02T00:00:00Z", "EndTime": "2030-01-09T00:00:00Z"})
    after = declared(sampling=50, Schedule={"EndTime": "2030-01-09T00:00:00Z"})
    name = stack.create(before).physical_id
    assert stack.update(before, after, name).succeeded
    stack.call("UpdateInferenceExperiment", Name=name, Description="somebody else's, so the rollback waits")

    def roll_back_elsewhere() -> None:
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    stack.while_waiting = roll_back_elsewhere
    again = stack.roll_back(after, before, name)

    assert not again.succeeded
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 50


def test_a_rollback_that_is_delivered_twice_keeps_the_test_that_its_other_delivery_has_created() -> None:
    stack = Stack(tags_visible_after=timedelta(seconds=40))
    name = stack.create(declared()).physical_id
    stack.remove(name)
    event = stack.event("Rollback", declared(), physical_id=name, old=declared(sampling=50))

    def other_delivery_responds_first() -> None:
        stack.serve_once(event)
        assert stack.answers[-1].succeeded, stack.answers[-1].reason
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    meanwhile(stack, other_delivery_responds_first, when=lambda: stack.describe(name)["Status"] == "Running")
    stack.serve_once(event)
    stack.clock.advance(600)

    assert stack.describe(name)["Status"] == "Running"
