"""Rollbacks: what was applied is reverted, as far as possible, and the rollback succeeds."""

from datetime import timedelta

import pytest

from inference_experiment_handler.model.alarm import ENDED_BY
from inference_experiment_handler.model.tags import LAST_APPLIED, PENDING_STOP, VERIFIED
from local.sagemaker import CancelFault, ConnectionFault, ErrorFault, SilentRollback
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    SHADOW,
    Declaration,
    declared,
    shadow_mode,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import delete, deploy
from tests.support.interruption import meanwhile, stop_once, stop_waiting
from tests.support.stack import Stack
from tests.support.statuses import reported_as

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
FIRST, SECOND = declared(), declared(Run="2")
KEEPING = {"DesiredState": "Completed", "ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"}}


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


@pytest.mark.parametrize("why", ["it is over", "its endpoint is gone"])
def test_a_rollback_to_a_run_that_is_gone_removes_the_orphan_on_another_endpoint(stack: Stack, why: str) -> None:
    over = why == "it is over"
    first = declared(Schedule={"EndTime": "2030-01-03T00:00:00Z"} if over else {"Duration": "P7D"})
    name = stack.create(first).physical_id
    stack.clock.advance(timedelta(days=8))
    stack.call("DeleteInferenceExperiment", Name=name)
    stack.serve("other")
    stack.clock.advance(600)
    second = SECOND | {"EndpointName": "other"}
    update = stack.event("Update", second, physical_id=name, old=first)
    stop_waiting(stack, update, after="CreateInferenceExperiment")
    if not over:
        delete(stack)

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []


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


@pytest.mark.parametrize("cause", ["called off", "deleted by hand"])
@pytest.mark.parametrize("refused", [True, False])
def test_a_rollback_leaves_a_run_on_another_endpoint_that_was_kept(stack: Stack, cause: str, *, refused: bool) -> None:
    stack.serve("other")
    stack.clock.advance(1200)
    first = declared()
    kept = stack.create(first).physical_id
    # With the removal policy RETAIN, CloudFormation sends no Delete for the run that is replaced.
    second = declared(Run="2", EndpointName="other", Schedule=SCHEDULED)
    name = stack.update(first, second, kept).physical_id
    stack.clock.advance(3600)
    if cause == "called off":
        called_off = second | {"DesiredState": "Cancelled"}
        assert stack.update(second, called_off, name).succeeded
        second = called_off
    else:
        stack.call("DeleteInferenceExperiment", Name=name)
    assert stack.names() == [kept]
    stack.clock.advance(3600)
    shadow = variant(SHADOW, "contender") if refused else variant(SHADOW, CHALLENGER)
    back = declared(ModelVariants=[variant(PRODUCTION, CHAMPION), shadow])
    assert stack.update(second, back, name).succeeded is not refused

    answer = stack.roll_back(back, second, name)

    assert answer.succeeded, answer.reason
    assert stack.describe(kept)["Status"] == "Running"


def left_on_another_endpoint(
    stack: Stack,
    *,
    gone: bool,
    first: Declaration = FIRST,
    second: Declaration = SECOND | {"EndpointName": "other"},
) -> tuple[Declaration, Declaration, str]:
    """An update completes a new run on another endpoint, and its function is interrupted before the response."""
    stack.serve("other")
    stack.clock.advance(1200)
    name = stack.create(FIRST).physical_id
    if first != FIRST:
        assert stack.update(FIRST, first, name).succeeded
    if gone:
        stack.remove(name)
    stack.clock.advance(3600)
    update = stack.event("Update", second, physical_id=name, old=first)
    stack.sagemaker.faults.add(ConnectionFault("AddTags", after=True, times=1000))
    stop_once(stack, update, lambda: any(LAST_APPLIED in stack.tags(each) for each in stack.names() if each != name))
    stack.sagemaker.faults.clear()
    return first, second, name


def test_a_rollback_removes_the_new_run_on_another_endpoint_though_the_old_run_was_deleted(stack: Stack) -> None:
    first, second, name = left_on_another_endpoint(stack, gone=True)

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert [each for each in stack.names() if stack.describe(each)["Status"] == "Running"] == [name]
    assert stack.shadows("other") == []


@pytest.mark.parametrize("gone", [True, False], ids=["the old run was deleted", "the old run runs"])
def test_a_rollback_fails_if_the_new_run_leaves_its_shadow_variant_on_another_endpoint(
    stack: Stack, *, gone: bool
) -> None:
    first, second, name = left_on_another_endpoint(stack, gone=gone)
    (new,) = (each for each in stack.names() if each != name)
    stack.sagemaker.faults.add(SilentRollback(new))

    answer = stack.roll_back(second, first, name)

    assert len(stack.shadows("other")) == 1
    assert not answer.succeeded
    assert "is still on endpoint other" in answer.reason
    assert "is still billed" in answer.reason


def test_a_rollback_does_not_take_the_shadow_variant_for_the_one_that_a_run_on_another_endpoint_was_to_keep(
    stack: Stack,
) -> None:
    first, second, name = left_on_another_endpoint(stack, gone=False, first=declared() | KEEPING)
    (new,) = (each for each in stack.names() if each != name)
    stack.sagemaker.faults.add(SilentRollback(new))

    answer = stack.roll_back(second, first, name)

    assert len(stack.shadows("other")) == 1
    assert not answer.succeeded
    assert "is still on endpoint other" in answer.reason


@pytest.mark.parametrize("record", ["Delete", "Retain"])
def test_a_rollback_verifies_another_endpoint_once(stack: Stack, record: str) -> None:
    second = SECOND | {"EndpointName": "other", "OnDelete": {"Record": record}}
    first, second, name = left_on_another_endpoint(stack, gone=False, second=second)
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(33))
    stack.clock.advance(1200)
    other = Stack(logical_id="Other", beside=stack)
    # Its test has the same shadow variant.
    meanwhile(
        stack,
        lambda: other.create(declared(EndpointName="other")),
        when=lambda: stack.describe(name)["Status"] == "Updating",
    )

    answer = stack.roll_back(second, first, name)

    assert other.answers[-1].succeeded, other.answers[-1].reason
    assert answer.succeeded, answer.reason


def test_a_rollback_does_not_need_to_delete_the_record_of_a_run_that_has_ended(stack: Stack) -> None:
    first, second, name = left_on_another_endpoint(stack, gone=False)
    stack.sagemaker.faults.add(ErrorFault("DeleteInferenceExperiment", "AccessDeniedException", times=1000))

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.shadows("other") == []


def test_a_rollback_does_not_verify_the_record_that_an_earlier_rollback_has_kept(stack: Stack) -> None:
    second = SECOND | {"EndpointName": "other", "OnDelete": {"Record": "Retain"}}
    first, second, name = left_on_another_endpoint(stack, gone=False, second=second)
    assert stack.roll_back(second, first, name).succeeded
    stack.clock.advance(3600)
    # It has the same shadow variant.
    assert Stack(logical_id="Other", beside=stack).create(declared(EndpointName="other")).succeeded
    # A run that has ended can't run again.
    assert not stack.update(first, second, name).succeeded

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("reported", [True, False])
def test_a_rollback_leaves_the_shadow_variant_that_the_run_before_was_to_keep(reported: bool) -> None:
    stack = Stack(unscheduled_passes_created=True, stop_in_created=True, reports_actual_start=reported)
    keeping = {"DesiredState": "Cancelled", "ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"}}
    first, second = declared(OnDelete=keeping), declared(OnDelete=keeping, Run="2")
    name = stack.create(first).physical_id
    stop_waiting(stack, stack.event("Update", second, physical_id=name, old=first), after="CreateInferenceExperiment")

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.shadows() == [SHADOW]


@pytest.mark.parametrize("status", ["Created", "Paused"])
def test_a_rollback_calls_off_a_new_run_that_has_not_started_beside_the_shadow_variant_that_the_run_before_has_kept(
    stack: Stack, status: str
) -> None:
    name = stack.create(declared()).physical_id
    kept, second = declared() | KEEPING, SECOND | {"Schedule": SCHEDULED}
    assert stack.update(declared(), kept, name).succeeded
    assert stack.update(kept, second, name).succeeded
    (new,) = (each for each in stack.names() if each != name)
    stack.clock.advance(300)

    with reported_as(stack, status, name=new):
        answer = stack.roll_back(second, kept, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.shadows() == [SHADOW]


def test_a_rollback_calls_off_a_new_run_beside_the_shadow_variant_that_its_update_has_kept(stack: Stack) -> None:
    keeping = {"ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"}}
    first = declared(OnDelete=keeping)
    second = first | {"Run": "2", "Schedule": SCHEDULED}
    name = stack.create(first).physical_id
    assert stack.update(first, second, name).succeeded

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.shadows() == [SHADOW]


@pytest.mark.parametrize("cause", ["stopped by hand", "stopped by an alarm", "concluded without its shadow variant"])
def test_a_rollback_keeps_the_record_of_a_new_run_whose_shadow_variant_is_not_from_the_run_before(cause: str) -> None:
    stack = Stack(shadow_deployed_before_start=True)
    first = declared(OnDelete={"ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"}})
    second = SECOND | {"Schedule": SCHEDULED}
    name = stack.create(first).physical_id
    # OnDelete would have kept the shadow variant, but something else has ended the run.
    if cause == "concluded without its shadow variant":
        concluded = first | {"DesiredState": "Completed", "ModelVariantActions": REMOVE}
        assert stack.update(first, concluded, name).succeeded
        first = concluded
    else:
        by_alarm = cause == "stopped by an alarm"
        if by_alarm:
            tags = [{"Key": PENDING_STOP, "Value": VERIFIED}]
            stack.call("AddTags", ResourceArn=stack.describe(name)["Arn"], Tags=tags)
        reason = f"{ENDED_BY}latency" if by_alarm else "done"
        stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE, Reason=reason)
    stack.clock.advance(1800)
    stop_waiting(stack, stack.event("Update", second, physical_id=name, old=first), after="CreateInferenceExperiment")
    stack.clock.advance(1800)

    answer = stack.roll_back(second, first, name)

    assert not answer.succeeded
    assert "is still billed" in answer.reason
    assert len(stack.names()) == 2
