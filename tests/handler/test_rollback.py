"""Rollbacks: what was applied is reverted, as far as possible, and the rollback succeeds."""

from datetime import timedelta

import pytest

from inference_experiment_handler.model.tags import LAST_APPLIED
from local.sagemaker import CancelFault, ConnectionFault, ErrorFault
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    PRODUCTION,
    PROMOTE,
    SHADOW,
    declared,
    shadow_mode,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import deploy
from tests.support.interruption import stop_once, stop_waiting
from tests.support.stack import Stack
from tests.support.statuses import reported_as

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
SECOND = declared(Run="2")


def test_a_rollback_that_can_not_put_its_own_run_back_still_removes_the_other(stack: Stack) -> None:
    scheduled, running = declared(Schedule=SCHEDULED), declared()
    name = stack.create(scheduled).physical_id
    assert stack.update(scheduled, running, name).succeeded
    assert stack.roll_back(running, scheduled, name).succeeded
    stop_waiting(
        stack,
        stack.event("Update", SECOND, physical_id=name, old=scheduled),
        after="CreateInferenceExperiment",
    )

    answer = stack.roll_back(SECOND, scheduled, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.shadows() == []


def test_a_rollback_removes_a_run_that_was_to_promote(stack: Stack) -> None:
    scheduled = declared(Schedule=SCHEDULED)
    name = stack.create(scheduled).physical_id
    second = SECOND | {"OnDelete": {"ModelVariantActions": PROMOTE}}
    stop_waiting(
        stack,
        stack.event("Update", second, physical_id=name, old=scheduled),
        after="CreateInferenceExperiment",
    )

    answer = stack.roll_back(second, scheduled, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_rollback_waits_until_the_tags_of_the_other_run_show() -> None:
    stack = Stack(tags_visible_after=timedelta(seconds=40))
    first, second = declared(Name="first"), declared(Name="second")
    name = stack.create(first).physical_id
    stack.clock.advance(3600)
    event = stack.event("Update", second, physical_id=name, old=first)
    stop_waiting(stack, event, after="CreateInferenceExperiment")

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]


def test_a_rollback_gets_through_where_sagemaker_refuses_to_create_again(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.remove(name)
    none_left = ErrorFault("CreateInferenceExperiment", "ResourceLimitExceeded", "no instances left", times=1000)
    stack.sagemaker.faults.add(none_left)
    failed = stack.update(declared(), declared(sampling=50), name)
    assert "no instances left" in failed.reason

    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded


def test_a_rollback_sends_no_half_of_what_belongs_together(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    after = declared(
        Schedule=SCHEDULED,
        ModelVariants=[variant(PRODUCTION, CHAMPION, count=2), variant("Shadow-02", CHALLENGER)],
        ShadowModeConfig=shadow_mode(shadow="Shadow-02"),
    )
    assert stack.update(before, after, name).succeeded
    deploy(stack, [served(count=2)])

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason


def test_a_rollback_keeps_the_record_of_an_earlier_run(stack: Stack) -> None:
    kept = declared(OnDelete={"Record": "Retain"})
    old = stack.create(kept).physical_id
    new = stack.update(kept, SECOND, old).physical_id
    assert stack.delete(kept, old).succeeded
    assert not stack.update(SECOND, declared(), new).succeeded

    assert stack.roll_back(declared(), SECOND, new).succeeded
    assert sorted(stack.names()) == sorted([old, new])


def test_an_update_that_waits_while_something_else_fails_is_no_rollback(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(20))
    refused = declared(
        ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, "contender")],
        DesiredState="Completed",
        ModelVariantActions=PROMOTE,
    )

    def fail() -> None:
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"

    stack.while_waiting = fail
    stack.deliver(stack.event("Update", refused, physical_id=name, old=declared()))
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "ModelVariants" in stack.answers[-1].reason
    assert stack.served() == [PRODUCTION]


def test_a_test_that_fails_during_the_update_is_a_failure_and_the_rollback_succeeds(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(CancelFault("Updating", "The endpoint could not be updated"))

    failed = stack.update(declared(), declared(sampling=60), name)

    assert not failed.succeeded
    assert "The endpoint could not be updated" in failed.reason
    assert stack.roll_back(declared(sampling=60), declared(), name).succeeded


def test_a_rollback_after_properties_that_were_refused_is_a_no_op(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    bad = declared(sampling=101)
    mark = stack.mark()

    assert not stack.update(declared(), bad, name).succeeded
    rolled_back = stack.roll_back(bad, declared(), name)

    assert rolled_back.succeeded
    assert rolled_back.physical_id == name
    assert stack.calls(since=mark) == []


def test_a_rollback_takes_back_what_was_applied(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    after = declared(sampling=75, Description="x", Schedule={"Duration": "P10D"})
    assert stack.update(declared(), after, name).succeeded

    assert stack.roll_back(after, declared(), name).succeeded

    live = stack.describe(name)
    assert live["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 10
    assert live.get("Description", "") == ""


def test_a_rollback_leaves_what_sagemaker_refuses_to_put_back(stack: Stack) -> None:
    before = declared(ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, "contender")])
    after = declared(sampling=50)
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), after, name).succeeded
    stack.sagemaker.faults.add(ErrorFault("UpdateInferenceExperiment", "ValidationException", "no", times=1000))
    mark = stack.mark()

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark).count("UpdateInferenceExperiment") == 1


def test_a_rollback_that_creates_its_run_again_does_not_take_its_shadow_variant_for_that_of_the_orphan(
    stack: Stack,
) -> None:
    first, second = declared(OnDelete={"Record": "Retain"}), declared(OnDelete={"Record": "Retain"}, Run="2")
    name = stack.create(first).physical_id
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions={PRODUCTION: "Retain", SHADOW: "Remove"})
    stack.clock.advance(1800)
    stack.call("DeleteInferenceExperiment", Name=name)
    stop_waiting(stack, stack.event("Update", second, physical_id=name, old=first), after="CreateInferenceExperiment")

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Status"] == "Running"
    assert len(stack.shadows()) == 1


@pytest.mark.parametrize("minutes", [10, 40])
def test_a_rollback_removes_the_new_run_though_its_status_is_undocumented(stack: Stack, minutes: int) -> None:
    # A run that has not started is deleted, so that the new run has a place.
    first = declared(Schedule={"StartTime": "2030-01-03T00:00:00Z", "EndTime": "2030-01-09T00:00:00Z"})
    second = first | {"Run": "2"}
    name = stack.create(first).physical_id
    update = stack.event("Update", second, physical_id=name, old=first)
    # The update has completed the new run when its function is interrupted, and fails when Lambda runs it again.
    stack.sagemaker.faults.add(ConnectionFault("AddTags", after=True, times=1000))
    stop_once(stack, update, lambda: any(LAST_APPLIED in stack.tags(each) for each in stack.names() if each != name))
    stack.sagemaker.faults.clear()
    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=minutes)):
        stack.deliver(update)
        stack.run()
        assert "'Paused'" in stack.answers[-1].reason

        answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
