"""A test is concluded by declaration: promoted, removed, retained or cancelled. The endpoint is verified."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import CancelFault, SilentRollback
from simulation.declarations import CHALLENGER, PRODUCTION, PROMOTE, REMOVE, RETAIN, SHADOW, declared, variant
from tests.support.endpoint import redeploy
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}


def concluded(actions: dict[str, str], state: str = "Completed", **changes: Any) -> dict[str, Any]:
    return declared(DesiredState=state, ModelVariantActions=actions, **changes)


def test_promoting_makes_the_shadow_serve(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    bigger = variant(SHADOW, CHALLENGER, count=3)

    answer = stack.update(
        declared(), concluded(PROMOTE, Reason="as good, and quicker", DesiredModelVariants=[bigger]), name
    )

    assert answer.succeeded, answer.reason
    assert answer.physical_id == name
    assert answer.data["Status"] == "Completed"
    assert answer.data["StatusReason"] == "as good, and quicker"
    assert stack.served() == [SHADOW]
    assert stack.shadows() == []
    endpoint = stack.call("DescribeEndpoint", EndpointName="shop")
    assert endpoint["ProductionVariants"][0]["DesiredInstanceCount"] == 3


@pytest.mark.parametrize(
    ("actions", "shadows"), [(REMOVE, []), (RETAIN, [SHADOW])], ids=["remove the shadow", "retain both"]
)
@pytest.mark.parametrize("state", ["Completed", "Cancelled"])
def test_production_stays_whatever_becomes_of_the_shadow(
    stack: Stack, actions: dict[str, str], shadows: list[str], state: str
) -> None:
    name = stack.create(declared()).physical_id

    answer = stack.update(declared(), concluded(actions, state), name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == state
    assert "ShadowTest of stack arn:aws:cloudformation" in answer.data["StatusReason"]
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == shadows


def test_a_desired_state_alone_removes_the_shadow(stack: Stack) -> None:
    name = stack.create(declared()).physical_id

    assert stack.update(declared(), declared(DesiredState="Cancelled"), name).succeeded
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_concluded_test_stays_concluded_by_later_deployments(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    promoted = concluded(PROMOTE)
    assert stack.update(declared(), promoted, name).succeeded
    # The endpoint moves on, and has nothing to do with the test any more.
    redeploy(stack)
    stack.clock.advance(3600)
    mark = stack.mark()

    answer = stack.update(promoted, promoted | {"ServiceTimeout": 1000}, name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark, reads=True) == ["DescribeInferenceExperiment", "ListTags"]


def test_a_change_and_the_conclusion_go_together(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    assert stack.update(declared(), concluded(REMOVE, Description="it was slow"), name).succeeded

    calls = stack.calls(since=mark)
    assert calls.index("UpdateInferenceExperiment") < calls.index("StopInferenceExperiment")
    assert stack.describe(name)["Description"] == "it was slow"


def test_a_silent_rollback_of_the_promotion_is_a_failure_in_words(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(SilentRollback())

    answer = stack.update(declared(), concluded(PROMOTE), name)

    assert not answer.succeeded
    assert answer.reason.startswith(f"shadow variant {SHADOW} does not serve production traffic: endpoint shop serves")
    assert answer.physical_id == name
    assert stack.roll_back(concluded(PROMOTE), declared(), name).succeeded


def test_a_stop_that_sagemaker_gives_up_is_a_failure_in_its_words(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(CancelFault("Stopping", "The variant is registered with Application Auto Scaling"))

    answer = stack.update(declared(), concluded(PROMOTE), name)

    assert not answer.succeeded
    assert "The variant is registered with Application Auto Scaling" in answer.reason


@pytest.mark.parametrize("stop_is_legal", [True, False])
def test_a_scheduled_test_is_called_off(stop_is_legal: bool) -> None:
    stack = Stack(stop_in_created=stop_is_legal)
    name = stack.create(declared(Schedule=SCHEDULED)).physical_id

    answer = stack.update(declared(Schedule=SCHEDULED), declared(Schedule=SCHEDULED, DesiredState="Cancelled"), name)

    assert answer.succeeded, answer.reason
    stack.clock.advance(timedelta(days=40))
    assert stack.shadows() == []
    listed = stack.call("ListInferenceExperiments")["InferenceExperiments"]
    assert [each["Status"] for each in listed] == (["Cancelled"] if stop_is_legal else [])


def test_a_promotion_after_the_end_is_refused_with_what_to_do_instead(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(days=8))
    mark = stack.mark()

    answer = stack.update(declared(), concluded(PROMOTE), name)

    assert not answer.succeeded
    assert "Completed since 2030-01-08T00:0" in answer.reason
    assert "can't be promoted any more" in answer.reason
    assert "deploy the model to the endpoint with a new endpoint configuration" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.served() == [PRODUCTION]
    assert stack.roll_back(concluded(PROMOTE), declared(), name).succeeded


@pytest.mark.parametrize(
    ("actions", "state", "holds"),
    [(REMOVE, "Completed", True), (REMOVE, "Cancelled", False), (RETAIN, "Completed", False)],
    ids=["as it ended", "another state", "a shadow that is gone"],
)
def test_a_conclusion_after_the_end_holds_if_it_ended_so(
    stack: Stack, actions: dict[str, str], state: str, holds: bool
) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(days=8))

    answer = stack.update(declared(), concluded(actions, state), name)

    assert answer.succeeded == holds, answer.reason


def test_a_conclusion_survives_a_crash_between_stop_and_answer(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    event = stack.event("Update", concluded(PROMOTE), physical_id=name, old=declared())
    stop_waiting(stack, event, after="StopInferenceExperiment")
    stack.clock.advance(1200)

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert stack.served() == [SHADOW]


def test_a_conclusion_that_is_taken_back_revives_nothing_and_gets_through(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), concluded(PROMOTE), name).succeeded
    mark = stack.mark()

    answer = stack.update(concluded(PROMOTE), declared(), name)

    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Completed"
    assert set(stack.calls(since=mark)) <= {"AddTags"}
    assert stack.served() == [SHADOW]


def test_somebody_elses_stop_is_not_taken_for_the_declared_one(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE, DesiredState="Completed")
    stack.clock.advance(1200)

    answer = stack.update(declared(), concluded(PROMOTE), name)

    assert not answer.succeeded
    assert stack.served() == [PRODUCTION]


@pytest.mark.parametrize("actions", [PROMOTE, RETAIN], ids=["promote", "retain"])
def test_a_test_that_has_not_started_has_nothing_to_promote_or_to_keep(stack: Stack, actions: dict[str, str]) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    mark = stack.mark()

    answer = stack.update(before, concluded(actions, Schedule=SCHEDULED), name)

    assert not answer.succeeded
    assert "has not started" in answer.reason
    assert stack.calls(since=mark) == []


def test_a_conclusion_cannot_change_once_it_was_carried_out(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), concluded(PROMOTE), name).succeeded
    mark = stack.mark()

    answer = stack.update(concluded(PROMOTE), concluded(REMOVE), name)

    assert not answer.succeeded
    assert "can't change" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.roll_back(concluded(REMOVE), concluded(PROMOTE), name).succeeded


def test_a_promoted_variant_of_another_name_is_known_by_its_model_on_its_instances() -> None:
    stack = Stack(promoted_keeps_shadow_name=False)
    # The same model in both, on other instances: what the test is about.
    quick = variant(SHADOW, "champion", instance_type="ml.g5.xlarge")
    properties = declared(ModelVariants=[variant(PRODUCTION, "champion"), quick])
    name = stack.create(properties).physical_id

    answer = stack.update(properties, properties | concluded(PROMOTE, ModelVariants=properties["ModelVariants"]), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [PRODUCTION]


def test_a_conclusion_of_a_failed_update_is_not_taken_for_an_applied_one(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(SilentRollback())
    assert not stack.update(declared(), concluded(PROMOTE), name).succeeded

    again = stack.update(declared(), concluded(PROMOTE), name)

    assert not again.succeeded
    assert "can't be promoted any more" in again.reason


@pytest.mark.parametrize("action", ["Retain", "Remove"])
def test_a_promotion_that_was_never_answered_is_not_taken_for_another_conclusion(stack: Stack, action: str) -> None:
    promoting = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    other = declared(DesiredState="Completed", ModelVariantActions={PRODUCTION: "Retain", SHADOW: action})
    name = stack.create(declared()).physical_id
    unanswered = stack.event("Update", promoting, physical_id=name, old=declared())
    stop_waiting(stack, unanswered, after="StopInferenceExperiment")
    stack.clock.advance(1200)
    assert stack.roll_back(promoting, declared(), name).succeeded

    answer = stack.update(declared(), other, name)

    assert not answer.succeeded
    assert f"{SHADOW} serves production traffic on endpoint shop, without {PRODUCTION}" in answer.reason
