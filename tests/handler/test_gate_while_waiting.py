"""A promotion with ``PromoteIf`` that has to wait: what was judged before the wait does not count after it."""

from typing import Any

import pytest

from local.sagemaker import ErrorFault, Hook
from simulation.declarations import ENDPOINT, PRODUCTION, PROMOTE, SHADOW, declared
from tests.support.foreign import THEIRS, make_theirs
from tests.support.gated_promotion import CHANGES
from tests.support.guardrail import look
from tests.support.interruption import meanwhile, stop_waiting
from tests.support.stack import Stack

GATE_ALARM = "too-slow"
BEFORE = declared()
STOP = "StopInferenceExperiment"


def gated(**changes: Any) -> dict[str, Any]:
    gate = {"Criteria": [{"Type": "Alarms", "AlarmNames": [GATE_ALARM]}]}
    return declared(DesiredState="Completed", ModelVariantActions=PROMOTE, PromoteIf=gate, **changes)


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test, whose gate holds for now."""
    stack.cloudwatch.alarms[GATE_ALARM] = "OK"
    name = stack.create(BEFORE).physical_id
    stack.clock.advance(7200)
    return name


def update_endpoint(stack: Stack) -> None:
    """Somebody deploys again what the endpoint serves, and it is still being updated."""
    config = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointConfigName"]
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=config)


def rings(stack: Stack) -> None:
    stack.cloudwatch.alarms[GATE_ALARM] = "ALARM"


def test_it_is_judged_when_the_endpoint_is_updated_and_not_before(stack: Stack, name: str) -> None:
    update_endpoint(stack)
    meanwhile(stack, lambda: rings(stack))
    mark = stack.mark()

    answer = stack.update(BEFORE, gated(), name)

    assert not answer.succeeded
    assert answer.reason.startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert not CHANGES & set(stack.calls(since=mark))
    assert stack.served() == [PRODUCTION]


def test_it_is_promoted_when_the_endpoint_is_updated(stack: Stack, name: str) -> None:
    update_endpoint(stack)

    answer = stack.update(BEFORE, gated(), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]


REJECTIONS = {
    "a conflict": ErrorFault(STOP, "ConflictException", "busy", times=4),
    "throttling": ErrorFault(STOP, "ThrottlingException", "Rate exceeded", times=30),
}


@pytest.mark.parametrize("rejection", REJECTIONS.values(), ids=REJECTIONS)
def test_a_stop_that_sagemaker_rejects_is_sent_again_while_the_gate_holds(
    stack: Stack, name: str, rejection: ErrorFault
) -> None:
    stack.sagemaker.faults.add(rejection)

    answer = stack.update(BEFORE, gated(), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]


@pytest.mark.parametrize("rejection", REJECTIONS.values(), ids=REJECTIONS)
def test_it_is_judged_again_while_sagemaker_rejects_the_stop(stack: Stack, name: str, rejection: ErrorFault) -> None:
    stack.sagemaker.faults.add(rejection)
    meanwhile(stack, lambda: rings(stack))

    answer = stack.update(BEFORE, gated(), name)

    assert not answer.succeeded
    assert answer.reason.startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert stack.describe(name)["Status"] == "Running"
    rolled_back = stack.roll_back(gated(), BEFORE, name)
    assert rolled_back.succeeded, rolled_back.reason
    assert not any(key.endswith(":ending") for key in stack.tags(name))


def test_it_is_judged_again_if_the_endpoint_is_updated_after_the_intent(stack: Stack, name: str) -> None:
    stack.sagemaker.faults.add(Hook(lambda _: update_endpoint(stack), "AddTags", after=True))
    meanwhile(stack, lambda: rings(stack))

    answer = stack.update(BEFORE, gated(), name)

    assert not answer.succeeded
    assert answer.reason.startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert stack.served() == [PRODUCTION]


def test_a_takeover_that_is_refused_after_its_intent_can_be_made_later(stack: Stack) -> None:
    """SageMaker has rejected the Stop, so the test continues. The tags of the intent are left on it."""
    stack.cloudwatch.alarms[GATE_ALARM] = "OK"
    make_theirs(stack)
    stack.clock.advance(7200)
    stack.sagemaker.faults.add(ErrorFault(STOP, "ConflictException", "busy", times=4))
    meanwhile(stack, lambda: rings(stack))
    takeover = gated(Name=THEIRS, AdoptExisting=True)

    answer = stack.create(takeover)

    assert answer.reason.startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert stack.delete(takeover, answer.physical_id).succeeded
    assert stack.describe(THEIRS)["Status"] == "Running"
    stack.cloudwatch.alarms[GATE_ALARM] = "OK"
    again = stack.create(takeover)
    assert again.succeeded, again.reason
    assert stack.served() == [SHADOW]


def test_it_goes_on_if_the_stop_may_have_been_sent_before_the_journal_was_lost(stack: Stack, name: str) -> None:
    """SageMaker may then reject another stop because of the first one."""
    event = stack.event("Update", gated(), physical_id=name, old=BEFORE)
    stack.sagemaker.faults.add(ErrorFault(STOP, "ConflictException", "busy", times=3))
    stop_waiting(stack, event, after=STOP)
    rings(stack)

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert stack.served() == [SHADOW]


def test_it_is_not_judged_again_after_an_update_of_the_test(stack: Stack, name: str) -> None:
    """The update has changed what is measured."""
    meanwhile(stack, lambda: rings(stack))

    answer = stack.update(BEFORE, gated(sampling=50), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]


@pytest.mark.parametrize(
    "rejection",
    [
        ErrorFault("UpdateInferenceExperiment", "ConflictException", "busy", times=4),
        ErrorFault("UpdateInferenceExperiment", "InternalFailure", "failed", status=500, times=6),
    ],
    ids=["a conflict", "a server error"],
)
def test_it_is_judged_again_while_sagemaker_rejects_the_update(stack: Stack, name: str, rejection: ErrorFault) -> None:
    stack.sagemaker.faults.add(rejection)
    meanwhile(stack, lambda: rings(stack))

    answer = stack.update(BEFORE, gated(sampling=50), name)

    assert not answer.succeeded
    assert answer.reason.startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert "SamplingPercentage" not in answer.reason


def test_a_test_in_transition_is_waited_for_without_its_lease(stack: Stack, name: str) -> None:
    """Somebody else updates the test. Until the gate is judged, the request changes nothing."""
    stack.call(
        "UpdateInferenceExperiment",
        Name=name,
        ShadowModeConfig={
            "SourceModelVariantName": PRODUCTION,
            "ShadowModelVariants": [{"ShadowModelVariantName": SHADOW, "SamplingPercentage": 20}],
        },
    )
    assert stack.describe(name)["Status"] == "Updating"
    rings(stack)
    mark = stack.mark()

    answer = stack.update(BEFORE, gated(sampling=20), name)

    assert answer.reason.startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert not CHANGES & set(stack.calls(since=mark))


@pytest.mark.parametrize("patience", [False, True], ids=["an updating endpoint", "patience"])
def test_a_guardrail_does_not_wait_for_a_promotion_that_waits(stack: Stack, name: str, patience: bool) -> None:
    stack.cloudwatch.alarms["shadow-is-slow"] = "ALARM"
    ended: list[str | None] = []
    declaration = gated()
    if patience:
        stack.cloudwatch.alarms[GATE_ALARM] = "INSUFFICIENT_DATA"
        declaration["PromoteIf"]["Patience"] = "PT50M"
    update_endpoint(stack)
    meanwhile(stack, lambda: ended.append(look(stack, name)), when=lambda: patience is False or stack.sleeps > 15)

    answer = stack.update(BEFORE, declaration, name)

    assert ended == [None]
    assert not answer.succeeded
    assert f"{name} is Cancelled" in answer.reason
    assert "ended by alarm shadow-is-slow" in answer.reason
    assert stack.served() == [PRODUCTION]
