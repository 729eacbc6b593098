"""A rollback of a replacement whose runs are on different endpoints."""

from datetime import timedelta

import pytest

from inference_experiment_handler.model.tags import LAST_APPLIED
from local.sagemaker import ConnectionFault, ErrorFault, SilentRollback
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    PRODUCTION,
    SHADOW,
    Declaration,
    declared,
    shadow_mode,
    variant,
)
from tests.support.endpoint import delete
from tests.support.interruption import meanwhile, stop_once, stop_waiting
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
FIRST, SECOND = declared(), declared(Run="2")
KEEPING = {"DesiredState": "Completed", "ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Retain"}}


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
