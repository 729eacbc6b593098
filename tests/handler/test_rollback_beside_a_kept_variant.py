"""A rollback that removes the new run, while the shadow variant that the restored run has kept is on the endpoint."""

import pytest

from inference_experiment_handler.model.alarm import ENDED_BY
from inference_experiment_handler.model.tags import PENDING_STOP, VERIFIED
from simulation.declarations import PRODUCTION, REMOVE, SHADOW, declared
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack
from tests.support.statuses import reported_as

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
SECOND = declared(Run="2")
KEEPING = {"DesiredState": "Completed", "ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"}}


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
    first, second = declared(OnDelete=keeping), SECOND | {"Schedule": SCHEDULED}
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
