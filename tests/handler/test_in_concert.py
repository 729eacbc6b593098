"""Several things at once: failed ends, late deliveries, runs on other endpoints, half-way rollbacks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    SHADOW,
    declared,
    shadow_mode,
    variant,
)
from interruption import stop_waiting
from stack import INVENTED, Context, Stack

from inference_experiment_handler import index
from local.sagemaker import ConnectionFault, ErrorFault, Hook, SilentRollback

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
SECOND = declared(Run="2")


def names(stack: Stack) -> list[str]:
    return [each["Name"] for each in stack.call("ListInferenceExperiments")["InferenceExperiments"]]


def remove(stack: Stack, name: str) -> None:
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE)
    stack.clock.advance(1200)
    stack.call("DeleteInferenceExperiment", Name=name)


# Another endpoint.


def test_a_new_run_on_another_endpoint_is_judged_by_that_one(stack: Stack) -> None:
    old = stack.create(declared()).physical_id
    promoted = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    assert stack.update(declared(), promoted, old).succeeded
    stack.serve("other")
    stack.clock.advance(600)

    answer = stack.update(promoted, SECOND | {"EndpointName": "other"}, old)

    assert answer.succeeded, answer.reason


def test_a_new_run_waits_for_the_endpoint_that_it_is_for(stack: Stack) -> None:
    old = stack.create(declared()).physical_id
    off = declared(DesiredState="Cancelled")
    assert stack.update(declared(), off, old).succeeded
    stack.serve("other")

    answer = stack.update(off, SECOND | {"EndpointName": "other"}, old)

    assert answer.succeeded, answer.reason


def test_an_endpoint_whose_configuration_is_gone_is_no_missing_endpoint(stack: Stack) -> None:
    stack.call("DeleteEndpointConfig", EndpointConfigName="shop-before")

    answer = stack.create(declared())

    assert not answer.succeeded
    assert "there is no endpoint" not in answer.reason
    assert "serves ModelName none" in answer.reason


# The end of a test.


@pytest.mark.parametrize("schedule", [{"Duration": "P5D"}, None], ids=["without its start", "without its schedule"])
def test_a_promotion_may_change_what_belongs_to_the_past(stack: Stack, schedule: dict[str, str] | None) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    stack.clock.advance(timedelta(days=31, hours=5))
    assert stack.describe(name)["Status"] == "Running"

    answer = stack.update(
        before, declared(Schedule=schedule, DesiredState="Completed", ModelVariantActions=PROMOTE), name
    )

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]


def test_another_spelling_of_the_key_of_a_promoted_test_is_no_change(stack: Stack) -> None:
    key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    before = declared(KmsKey=key)
    name = stack.create(before).physical_id
    promoted = before | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    assert stack.update(before, promoted, name).succeeded

    answer = stack.update(promoted, promoted | {"KmsKey": f"arn:aws:kms:us-east-1:123456789012:key/{key}"}, name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize(
    "after", [declared(DesiredState="Completed", ModelVariantActions=REMOVE), SECOND], ids=["concluded", "replaced"]
)
def test_a_delete_does_not_overlook_a_shadow_that_an_update_left(stack: Stack, after: dict[str, Any]) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(SilentRollback())
    assert not stack.update(declared(), after, name).succeeded
    assert stack.roll_back(after, declared(), name).succeeded

    refused = stack.delete(declared(), name)

    assert not refused.succeeded
    assert "goes on being billed" in refused.reason
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="shop-before")
    assert stack.delete(declared(), name).succeeded
    assert names(stack) == []


def test_a_test_that_was_ending_by_itself_when_it_was_deleted_has_nothing_to_prove(stack: Stack) -> None:
    properties = declared(OnDelete={"ModelVariantActions": PROMOTE})
    name = stack.create(properties).physical_id
    stack.clock.advance(timedelta(days=7) - timedelta(minutes=4))
    stack.clock.advance(next(s for s in range(0, 900, 10) if stopping(stack, name)))

    answer = stack.delete(properties, name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [PRODUCTION]


def stopping(stack: Stack, name: str) -> bool:
    stack.clock.advance(10)
    return bool(stack.describe(name)["Status"] == "Stopping")


def test_a_start_that_was_planned_for_later_moves_no_end_once_it_has_passed() -> None:
    stack = Stack(reports_actual_start=False)
    scheduled = declared(Schedule={"StartTime": "2030-01-06T00:00:00Z", "Duration": "P30D"})
    name = stack.create(scheduled).physical_id
    now = declared(Schedule={"Duration": "P30D"})
    assert stack.update(scheduled, now, name).succeeded
    stack.clock.advance(timedelta(days=6))
    end = stack.describe(name)["Schedule"]["EndTime"]

    answer = stack.update(now, now | {"Description": "x"}, name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Schedule"]["EndTime"] == end


# Late, and once more.


def test_an_update_that_lambda_delivers_hours_late_changes_nothing(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    late = stack.event("Update", declared(sampling=50), physical_id=name, old=declared())
    stack.clock.advance(7000)
    assert stack.update(declared(), declared(sampling=60), name).succeeded
    stack.clock.advance(400)
    mark = stack.mark()

    stack.deliver(late)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert stack.calls(since=mark) == []


def test_an_update_that_comes_late_does_not_make_a_delete_overlook_anything(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    late = stack.event("Update", declared(sampling=50), physical_id=name, old=declared())
    stack.clock.advance(7150)
    delete = stack.event("Delete", declared(), physical_id=name)
    stack.clock.advance(1)
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(20))

    def arrives() -> None:
        stack.clock.advance(60)
        stack.while_waiting = None
        stack.serve_once(late)

    stack.while_waiting = arrives
    stack.deliver(delete)
    stack.run()

    (answer,) = [each for each in stack.answers if each.body["RequestId"] == delete["RequestId"]]
    assert answer.succeeded
    assert names(stack) == []
    assert stack.shadows() == []


def test_a_hand_over_that_is_delivered_again_after_the_answer_leaves_the_test_alone() -> None:
    stack = Stack(starting=timedelta(minutes=20))
    payloads: list[bytes] = []
    edges = replace(stack.edges, invoke=lambda _, payload: payloads.append(payload))
    index.serve(stack.event("Create", declared()), Context(stack.clock), edges)
    (payload,) = payloads
    stack._invoke(Context.invoked_function_arn, payload)
    stack.run()
    name = stack.answers[-1].physical_id
    assert stack.answers[-1].succeeded
    stack.status = "CREATE_COMPLETE"
    mark = stack.mark()

    for status in ("CREATE_COMPLETE", "UPDATE_ROLLBACK_IN_PROGRESS"):
        stack.status = status
        stack._invoke(Context.invoked_function_arn, payload)
        stack.run()

    assert stack.calls(since=mark) == []
    assert stack.describe(name)["Status"] == "Running"


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionFault("DeleteInferenceExperiment", after=True),
        ErrorFault("DeleteInferenceExperiment", "ResourceNotFound", "gone", after=True),
    ],
    ids=["no answer", "repeated by the client"],
)
@pytest.mark.parametrize("after", [SECOND, declared(Schedule=SCHEDULED, DesiredState="Cancelled")], ids=["run", "off"])
def test_a_record_that_was_deleted_without_an_answer_was_deleted_by_us(
    stack: Stack, fault: ErrorFault, after: dict[str, Any]
) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    stack.sagemaker.faults.add(fault)

    answer = stack.update(before, after, name)

    assert answer.succeeded, answer.reason


# Rollbacks.


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
    assert names(stack) == [name]
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
    assert names(stack) == [name]
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_rollback_gets_through_where_sagemaker_refuses_to_create_again(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    remove(stack, name)
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
    two = {
        "VariantName": PRODUCTION,
        "ModelName": CHAMPION,
        "InitialInstanceCount": 2,
        "InstanceType": INSTANCE_TYPE,
        "InitialVariantWeight": 1.0,
    }
    stack.call("CreateEndpointConfig", EndpointConfigName="two", ProductionVariants=[two])
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="two")
    stack.clock.advance(600)

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason


def test_a_rollback_keeps_the_record_of_an_earlier_run(stack: Stack) -> None:
    kept = declared(OnDelete={"Record": "Retain"})
    old = stack.create(kept).physical_id
    new = stack.update(kept, SECOND, old).physical_id
    assert stack.delete(kept, old).succeeded
    assert not stack.update(SECOND, declared(), new).succeeded

    assert stack.roll_back(declared(), SECOND, new).succeeded
    assert sorted(names(stack)) == sorted([old, new])


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


# Given up.


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
    assert names(stack) == []
    assert stack.shadows() == []


def test_what_was_given_up_is_removed_even_if_all_is_forgotten_meanwhile() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))
    event = stack.event("Create", declared())

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment"))
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(600)
    assert names(stack)

    index.serve(event, Context(stack.clock), stack.edges)

    assert not stack.answers[-1].succeeded
    assert names(stack) == []
    assert stack.shadows() == []


def test_a_long_poll_interval_leaves_time_to_hand_over() -> None:
    stack = Stack(starting=timedelta(minutes=30))
    edges = replace(stack.edges, poll_seconds=100)
    context = Context(stack.clock)
    left: list[int] = []
    stack.while_waiting = lambda: left.append(context.get_remaining_time_in_millis())

    index.serve(stack.event("Create", declared()), context, edges)

    assert stack.hops == 1
    assert min(left) > 500
