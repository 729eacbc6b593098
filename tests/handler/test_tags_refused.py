"""The handler's own tags can't be written temporarily, or permanently: an intent, the lease, the owner's."""

from dataclasses import replace

import pytest

from local.sagemaker import Call, ErrorFault, Hook, ServiceError, SilentRollback
from simulation.declarations import SHADOW, declared
from tests.handler.test_ownership import strip
from tests.support.stack import Stack

OWNER = "sagemaker-inference-experiment:stack-id"
CONFLICT = ErrorFault("AddTags", "ConflictException", "busy")
NO_ANSWER = ErrorFault("AddTags", "InternalFailure", "oops", status=500)
DENIED = ErrorFault("AddTags", "AccessDeniedException", "not authorized")
SECOND = declared(Run="2")


@pytest.fixture
def name(stack: Stack) -> str:
    return stack.create(declared()).physical_id


@pytest.mark.parametrize("refusal", [CONFLICT, NO_ANSWER], ids=["conflict", "no answer"])
def test_an_intent_that_is_refused_once_is_recorded_all_the_same(stack: Stack, name: str, refusal: ErrorFault) -> None:
    stack.sagemaker.faults.add(SilentRollback())
    stack.sagemaker.faults.add(refusal)

    assert not stack.delete(declared(), name).succeeded
    again = stack.delete(declared(), name)

    assert stack.shadows() == [SHADOW]
    assert not again.succeeded, "the next request has to know of the shadow variant that was left"
    assert "is still billed" in again.reason


@pytest.mark.parametrize("refusal", [CONFLICT, NO_ANSWER, DENIED], ids=["conflict", "no answer", "denied"])
def test_a_test_is_stopped_though_its_tags_can_not_be_written(stack: Stack, name: str, refusal: ErrorFault) -> None:
    stack.sagemaker.faults.add(replace(refusal, times=10_000))
    began = stack.clock.now()

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []
    assert (stack.clock.now() - began).total_seconds() < 900


@pytest.mark.parametrize("refusal", [CONFLICT, NO_ANSWER], ids=["conflict", "no answer"])
def test_owner_tags_that_are_refused_once_are_put_back(stack: Stack, name: str, refusal: ErrorFault) -> None:
    strip(stack, name)
    # The first AddTags acquires the lease; the next one puts the owner's tags back.
    stack.sagemaker.faults.add(Hook(lambda _: stack.sagemaker.faults.add(refusal), "AddTags", after=True))
    tags_at_update: list[bool] = []

    look = Hook(lambda _: tags_at_update.append(OWNER in stack.tags(name)), "UpdateInferenceExperiment")
    stack.sagemaker.faults.add(look)

    assert stack.update(declared(), declared(sampling=50), name).succeeded
    assert tags_at_update == [True]


def deny_tags_of(stack: Stack, name: str) -> None:
    """Somebody has denied AddTags for one experiment."""

    def denied(call: Call) -> None:
        if call.parameters["ResourceArn"].endswith(f"/{name}"):
            raise ServiceError("AccessDeniedException", "not authorized")

    stack.sagemaker.faults.add(Hook(denied, "AddTags", times=None))


def test_a_run_is_replaced_though_its_tags_can_not_be_written(stack: Stack, name: str) -> None:
    deny_tags_of(stack, name)

    answer = stack.update(declared(), SECOND, name)

    assert answer.succeeded, answer.reason
    assert stack.describe(answer.physical_id)["Status"] == "Running"


def test_calls_for_the_new_run_are_retried_though_access_to_the_old_run_is_denied(stack: Stack) -> None:
    before = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
    old = stack.create(before).physical_id
    deny_tags_of(stack, old)
    denied_once = Hook(lambda _: stack.sagemaker.faults.add(DENIED), "CreateInferenceExperiment", after=True)
    stack.sagemaker.faults.add(denied_once)

    answer = stack.update(before, SECOND, old)

    assert answer.succeeded, answer.reason
