"""Interruptions: a response of SageMaker is lost, or the state of the function."""

from typing import Any

import pytest

from local.sagemaker import CancelFault, ConnectionFault, ErrorFault, SilentRollback
from simulation.cloudformation import INVENTED
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
    variant,
)
from simulation.endpoints import served
from tests.handler.test_ownership import strip
from tests.support.endpoint import deploy
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}


def test_a_silent_rollback_is_noticed_by_a_delete_that_lost_all_it_knew(stack: Stack) -> None:
    promoting = declared(OnDelete={"ModelVariantActions": PROMOTE})
    name = stack.create(promoting).physical_id
    stack.sagemaker.faults.add(SilentRollback())
    event = stack.event("Delete", promoting, physical_id=name)
    stop_waiting(stack, event, after="StopInferenceExperiment")

    stack.deliver(event)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "does not serve production traffic" in stack.answers[-1].reason


def stopped_and_stripped(stack: Stack, on_delete: dict[str, Any]) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """A Delete that is lost after its Stop, and whose tags somebody has removed."""
    properties = declared(OnDelete=on_delete)
    name = stack.create(properties).physical_id
    stack.sagemaker.faults.add(SilentRollback())
    event = stack.event("Delete", properties, physical_id=name)
    stop_waiting(stack, event, after="StopInferenceExperiment")
    strip(stack, name)
    return properties, name, event


@pytest.mark.parametrize("reason", [{}, {"Reason": "the season is over"}], ids=["its own reason", "a declared reason"])
def test_a_delete_that_lost_all_it_knew_tells_its_stop_by_the_reason(stack: Stack, reason: dict[str, str]) -> None:
    properties, name, event = stopped_and_stripped(stack, reason)

    stack.deliver(event)
    stack.run()
    again = stack.delete(properties, name)

    for answer in (stack.answers[-2], again):
        assert not answer.succeeded
        assert f"shadow variant {SHADOW} is still on endpoint" in answer.reason
    deploy(stack, [served()])
    assert stack.delete(properties, name).succeeded
    assert stack.names() == []


def test_a_later_delete_can_not_change_the_instances_of_an_end_that_it_tells_by_its_reason(stack: Stack) -> None:
    larger = [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, "ml.m5.2xlarge")]
    properties, name, event = stopped_and_stripped(
        stack, {"ModelVariantActions": RETAIN, "DesiredModelVariants": larger}
    )

    stack.deliver(event)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "DesiredModelVariants declares 1 of ml.m5.2xlarge" in stack.answers[-1].reason
    # It has been said once. What was to stay does not prevent the deletion.
    assert stack.delete(properties, name).succeeded


@pytest.mark.parametrize("reason", ["", "deleted with Another of stack elsewhere"])
def test_a_test_that_somebody_else_stops_during_a_delete_is_not_taken_for_its_own(stack: Stack, reason: str) -> None:
    properties = declared(OnDelete={"ModelVariantActions": PROMOTE})
    name = stack.create(properties).physical_id
    event = stack.event("Delete", properties, physical_id=name)
    said = {"Reason": reason} if reason else {}
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE, **said)
    strip(stack, name)

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason


def test_a_promotion_goes_on_after_all_is_forgotten(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    promoting = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    event = stack.event("Update", promoting, physical_id=name, old=declared())
    stop_waiting(stack, event, after="StopInferenceExperiment")

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert stack.served() == [SHADOW]


@pytest.mark.parametrize("fault", [ConnectionFault, ErrorFault], ids=lambda fault: fault.__name__)
def test_a_replacement_whose_create_was_lost_succeeds(stack: Stack, fault: type) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    lost = {"code": "InternalFailure", "status": 500} if fault is ErrorFault else {}
    stack.sagemaker.faults.add(fault("CreateInferenceExperiment", after=True, **lost))

    answer = stack.update(first, second, old)

    assert answer.succeeded, answer.reason
    assert stack.delete(first, old).succeeded
    assert stack.shadows() == [SHADOW]


def test_a_replacement_that_lost_all_it_knew_answers_with_the_new_id(stack: Stack) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    event = stack.event("Update", second, physical_id=old, old=first)
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.sagemaker.faults.add(CancelFault("Starting", "no capacity"))

    stack.deliver(event)
    stack.run()

    answer = stack.answers[-1]
    assert not answer.succeeded
    assert "no capacity" in answer.reason
    assert answer.physical_id != old, "or nobody would ever delete it"


@pytest.mark.parametrize("removal", [{"ModelVariantActions": PROMOTE}, {"ModelVariantActions": None}], ids=str)
def test_what_never_came_about_promotes_nothing(stack: Stack, removal: dict[str, Any]) -> None:
    removal = {key: value or {PRODUCTION: "Retain", SHADOW: "Retain"} for key, value in removal.items()}
    properties = declared(OnDelete=removal)
    event = stack.event("Create", properties)
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(1200)

    assert stack.delete(properties, INVENTED).succeeded
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


@pytest.mark.parametrize("lost", ["StopInferenceExperiment", "DeleteInferenceExperiment"])
def test_a_call_off_whose_answer_was_lost_is_done(lost: str) -> None:
    stack = Stack(stop_in_created=lost == "StopInferenceExperiment")
    name = stack.create(declared(Schedule=SCHEDULED)).physical_id
    stack.sagemaker.faults.add(ConnectionFault(lost, after=True))
    off = declared(Schedule=SCHEDULED, DesiredState="Cancelled")

    answer = stack.update(declared(Schedule=SCHEDULED), off, name)

    assert answer.succeeded, answer.reason
    assert stack.update(off, off | {"Description": "no longer"}, name).succeeded == (lost != "StopInferenceExperiment")


def test_an_orphan_that_was_deleted_without_an_answer_does_not_hold_up_the_rollback(stack: Stack) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    stop_waiting(stack, stack.event("Update", second, physical_id=old, old=first), after="CreateInferenceExperiment")
    stack.sagemaker.faults.add(ConnectionFault("DeleteInferenceExperiment", after=True))

    answer = stack.roll_back(second, first, old)

    assert answer.succeeded, answer.reason
    assert stack.names() == [old]
