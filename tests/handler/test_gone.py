"""An experiment that does not exist at the first observation is created again. One that disappears later is not."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ErrorFault, SilentRollback
from simulation.declarations import PROMOTE, REMOVE, SHADOW, declared, shadow_mode
from tests.support.interruption import meanwhile, stop_before, stop_waiting
from tests.support.stack import Stack


def test_an_update_creates_again_what_is_gone(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.remove(name)

    answer = stack.update(declared(), declared(sampling=50), name)

    assert answer.succeeded, answer.reason
    assert answer.physical_id == name
    assert stack.describe(name)["Status"] == "Running"


def test_what_a_request_that_failed_has_created_again_is_not_taken_for_what_is_declared(stack: Stack) -> None:
    with_key = declared(KmsKey="alias/volumes")
    name = stack.create(declared()).physical_id
    stack.remove(name)
    stop_waiting(
        stack, stack.event("Update", with_key, physical_id=name, old=declared()), after="CreateInferenceExperiment"
    )
    assert stack.roll_back(with_key, declared(), name).succeeded
    assert stack.describe(name)["KmsKey"] == "alias/volumes"

    answer = stack.update(declared(), declared(Tags=[{"Key": "team", "Value": "ranking"}]), name)

    assert not answer.succeeded
    assert "KmsKey (declared nothing, live alias/volumes)" in answer.reason


@pytest.mark.parametrize(
    "properties",
    [
        declared(DesiredState="Cancelled"),
        declared(Schedule={"EndTime": "2030-01-02T00:00:00Z"}),
    ],
    ids=["cancelled", "over"],
)
def test_there_is_nothing_to_create_where_the_test_is_declared_to_be_over(
    stack: Stack, properties: dict[str, Any]
) -> None:
    name = stack.create(declared()).physical_id
    stack.remove(name)
    stack.clock.advance(2 * 86_400)
    mark = stack.mark()

    answer = stack.update(declared(), properties, name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark) == []
    assert set(answer.data) == {
        "Arn",
        "Name",
        "Status",
        "StatusReason",
        "StartTime",
        "EndTime",
        "ScheduledEndEpoch",
        "EndpointName",
        "EndpointConfigName",
        "ProductionVariantName",
        "ProductionModelName",
        "ProductionInstanceType",
        "ShadowVariantName",
        "ShadowInstanceType",
        "Gate",
    }
    assert answer.data["Status"] == "Deleted"


def test_a_promotion_of_what_is_gone_is_refused_unless_the_shadow_serves(stack: Stack) -> None:
    promoting = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    name = stack.create(declared()).physical_id
    stack.remove(name)
    mark = stack.mark()

    answer = stack.update(declared(), promoting, name)

    assert not answer.succeeded
    assert "no experiment" in answer.reason
    assert "deploy the model to the endpoint with a new endpoint configuration" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.roll_back(promoting, declared(), name).succeeded


def test_a_promotion_that_was_carried_out_stays_so_without_its_record(stack: Stack) -> None:
    promoting = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), promoting, name).succeeded
    stack.call("DeleteInferenceExperiment", Name=name)

    assert stack.update(promoting, promoting | {"Description": "another"}, name).succeeded
    assert stack.update(declared(), promoting, name).succeeded, "the shadow serves"


def test_a_rollback_puts_back_what_vanishes_while_it_is_under_way(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(20))

    def vanish() -> None:
        stack.clock.advance(600)
        stack.remove(name)

    meanwhile(stack, vanish)

    answer = stack.roll_back(declared(sampling=20), declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Status"] == "Running"


def test_a_rollback_waits_until_what_it_puts_back_shows() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=40))
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(20))

    def vanish() -> None:
        stack.clock.advance(600)
        stack.remove(name)

    meanwhile(stack, vanish)
    mark = stack.mark()

    answer = stack.roll_back(declared(sampling=20), declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark).count("CreateInferenceExperiment") == 1


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_what_vanishes_while_the_request_is_under_way_is_not_created_again(stack: Stack, request_type: str) -> None:
    name = stack.create(declared()).physical_id
    if request_type == "Create":
        stack.delete(declared(), name)
    taken: list[str] = []

    def take_away() -> None:
        listed = stack.sagemaker.call("ListInferenceExperiments", {})["InferenceExperiments"]
        if not taken and listed and listed[0]["Status"] in ("Starting", "Updating"):
            stack.clock.advance(600)
            stack.remove(name)
            taken.append(name)

    stack.while_waiting = take_away

    if request_type == "Create":
        answer = stack.create(declared())
    else:
        answer = stack.update(declared(), declared(sampling=50), name)

    assert taken
    assert not answer.succeeded
    assert "was deleted outside of this stack" in answer.reason
    assert stack.names() == []


def test_a_cancellation_succeeds_though_the_other_delivery_has_already_deleted_the_test(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    off = before | {"DesiredState": "Cancelled"}
    name = stack.create(before).physical_id
    event = stack.event("Update", off, physical_id=name, old=before)
    # SageMaker always rejects the Stop, so the test is deleted. It rejects the first Delete, so the request waits.
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ConflictException", "busy", times=1000))
    stack.sagemaker.faults.add(ErrorFault("DeleteInferenceExperiment", "ConflictException", "busy"))

    meanwhile(stack, lambda: stack.serve_once(event))
    stack.serve_once(event)

    assert stack.names() == []
    assert [answer.succeeded for answer in stack.answers[1:]] == [True, True], stack.answers[-1].reason


def test_a_test_that_vanishes_while_it_is_concluded_is_no_success(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    removed = declared(DesiredState="Completed", ModelVariantActions=REMOVE)
    stack.sagemaker.faults.add(SilentRollback())

    def vanish() -> None:
        stack.clock.advance(600)
        stack.call("DeleteInferenceExperiment", Name=name)

    meanwhile(stack, vanish, when=lambda: stack.describe(name)["Status"] == "Stopping")
    answer = stack.update(declared(), removed, name)

    assert stack.shadows() == [SHADOW]
    assert not answer.succeeded


def test_a_rollback_creates_its_run_again_though_its_other_delivery_has_deleted_the_failed_run(stack: Stack) -> None:
    first, second = declared(Name="first"), declared(Name="second")
    name = stack.create(first).physical_id
    stack.remove(name)
    update = stack.event("Update", second, physical_id=name, old=first)
    stop_waiting(stack, update, after="CreateInferenceExperiment")
    rollback = stack.event("Rollback", first, physical_id=name, old=second)

    def other_delivery_is_lost() -> None:
        # It deletes the failed run, and is lost before it creates the first run again.
        stop_before(stack, rollback, "CreateInferenceExperiment")

    meanwhile(stack, other_delivery_is_lost)
    stack.deliver(rollback)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert stack.names() == ["first"]
    assert stack.describe("first")["Status"] == "Running"


def test_a_create_does_not_take_sagemakers_lag_for_a_deletion() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=25))

    assert stack.create(declared()).succeeded
    assert stack.calls() == ["CreateInferenceExperiment", "AddTags"]
