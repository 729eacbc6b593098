"""Several things at once: failed ends, late deliveries, runs on other endpoints, half-way rollbacks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.sagemaker import ConnectionFault, ErrorFault, SilentRollback
from simulation.declarations import PRODUCTION, PROMOTE, REMOVE, SHADOW, declared, shadow_mode
from tests.support.endpoint import forget_configuration, redeploy
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
SECOND = declared(Run="2")


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
    forget_configuration(stack)

    answer = stack.create(declared())

    assert not answer.succeeded
    assert "does not exist" not in answer.reason
    assert "production variant AllTraffic of endpoint shop are not known: its configuration shop-b" in answer.reason


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
    assert "is still billed" in refused.reason
    redeploy(stack)
    assert stack.delete(declared(), name).succeeded
    assert stack.names() == []


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
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_create_that_lambda_runs_once_more_in_a_later_operation_creates_nothing(stack: Stack) -> None:
    create = stack.event("Create", declared())
    stack.deliver(create)
    stack.run()
    assert stack.delete(declared(), stack.answers[-1].physical_id).succeeded
    stack.clock.advance(60)
    # Another update of the stack is under way, which knows nothing of the resource any more.
    stack.status_during[create["RequestId"]] = "UPDATE_IN_PROGRESS"
    stack.operation_began = stack.clock.now()

    stack.deliver(create)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert stack.names() == []


def test_what_an_earlier_request_announced_binds_no_later_one() -> None:
    stack = Stack()
    before = declared(Schedule={"EndTime": "2030-01-01T04:00:00Z"})
    name = stack.create(before).physical_id
    stack.clock.advance(timedelta(hours=3))
    promoted = before | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ConflictException", "busy", times=1000))
    stop_waiting(stack, stack.event("Update", promoted, physical_id=name, old=before), after="StopInferenceExperiment")
    stack.sagemaker.faults.clear()
    stack.clock.advance(datetime(2030, 1, 1, 4, 1, tzinfo=UTC) - stack.clock.now())
    assert stack.describe(name)["Status"] == "Stopping"

    answer = stack.delete(before, name)

    assert answer.succeeded, answer.reason
    assert stack.shadows() == []


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
