"""The endpoint of a test changes in the middle of a request: between two attempts, or while it stops."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ServedVariant
from inference_experiment_handler.model.tags import PENDING_STOP
from inference_experiment_handler.plan.ending_proof import ending_problem
from inference_experiment_handler.plan.keep_production import keep_production
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.spec.declaration import Action, Ending
from local.sagemaker import ErrorFault
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
from tests.handler.test_ending_proof import NEW, PROMOTED, promote
from tests.support import situations as s
from tests.support.endpoint import Serving, begin_to_deploy, delete, deploy, production_of, scale, while_stopping
from tests.support.interruption import meanwhile, stop_waiting
from tests.support.stack import Stack
from tests.support.statuses import reported_as

ANOTHER_MODEL = [served(model="contender", count=2)]
ANOTHER_TYPE = [served(count=4) | {"InstanceType": "ml.c5.xlarge"}]
ANOTHER_NAME = [served("Blue", "contender")]
CONTENDER = [Serving(PRODUCTION, "contender", instances=2)]
ON_C5 = [Serving(PRODUCTION, CHAMPION, "ml.c5.xlarge", 4)]
THE_SHADOW = [served(SHADOW, CHALLENGER)]
SCHEDULE = {"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"}
SCHEDULED = declared(Schedule=SCHEDULE)
PROMOTING = {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}


@pytest.fixture
def name(stack: Stack) -> str:
    return stack.create(declared()).physical_id


def test_a_shadow_with_another_model_is_not_promoted(stack: Stack, name: str) -> None:
    deploy(stack, [served()], [served(SHADOW, "contender")])
    answer = stack.update(declared(), declared(**PROMOTING), name)
    assert not answer.succeeded or production_of(stack) == [Serving(SHADOW, CHALLENGER)], (answer, production_of(stack))


def test_a_promotion_is_not_proved_by_the_variants_name_alone() -> None:
    experiment = s.experiment_of("Completed", s.request_for("Update", s.AS_IT_IS), applied=s.AS_IT_IS)
    other = replace(PROMOTED, production=(replace(NEW, model_name="contender"),))
    assert ending_problem(promote(), experiment, other) is not None


def test_an_update_after_an_unanswered_one_looks_at_the_endpoint(stack: Stack, name: str) -> None:
    stack.sagemaker.faults.add(ErrorFault("UpdateInferenceExperiment", "InternalFailure", "oops", status=500))
    meanwhile(stack, lambda: deploy(stack, [served(model="contender")]))
    answer = stack.update(declared(), declared(sampling=50), name)
    assert production_of(stack) == [Serving(PRODUCTION, "contender")], answer


@pytest.mark.parametrize("deployed", [ANOTHER_MODEL, [served()]], ids=["model", "shadow taken off"])
def test_a_conclusion_after_an_unanswered_stop_is_refused_rather_than_cancelled(
    stack: Stack, name: str, deployed: Any
) -> None:
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "InternalFailure", "oops", status=500))
    meanwhile(stack, lambda: deploy(stack, deployed))
    answer = stack.update(declared(), declared(**PROMOTING), name)
    assert not answer.succeeded
    assert stack.describe(name)["Status"] == "Running", (stack.describe(name)["Status"], answer.reason)


def test_a_conclusion_after_an_update_of_the_same_request_is_refused_rather_than_cancelled(
    stack: Stack, name: str
) -> None:

    def updated_and_deployed() -> None:
        stack.clock.advance(600)
        deploy(stack, [served()])

    meanwhile(stack, updated_and_deployed, when=lambda: stack.describe(name)["Status"] == "Updating")
    answer = stack.update(declared(), declared(sampling=100, **PROMOTING), name)
    assert not answer.succeeded
    assert stack.describe(name)["Status"] == "Running", (stack.describe(name)["Status"], answer.reason)


@pytest.mark.parametrize("request_type", ["Update", "Delete"])
def test_a_fill_in_is_no_part_of_the_proof(stack: Stack, request_type: str) -> None:
    # What the construct names for the shadow's sake; the test itself was deployed with the 4 that the endpoint had.
    scale(stack, 4)
    ending = {
        "ModelVariantActions": RETAIN,
        "DesiredState": "Completed",
        "DesiredModelVariants": [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, count=2)],
    }
    properties = declared(OnDelete=ending)
    name = stack.create(properties).physical_id
    deploy(stack, ANOTHER_TYPE, THE_SHADOW)
    answer = (
        stack.delete(properties, name)
        if request_type == "Delete"
        else stack.update(properties, properties | ending, name)
    )
    assert production_of(stack) == ON_C5
    assert answer.succeeded, answer.reason


def test_an_ending_that_was_given_up_for_the_safe_one_is_no_part_of_the_proof(stack: Stack) -> None:
    properties = declared(
        OnDelete={
            "ModelVariantActions": REMOVE,
            "DesiredModelVariants": [variant(PRODUCTION, CHAMPION, "ml.c5.xlarge", 3)],
        }
    )
    name = stack.create(properties).physical_id
    deploy(stack, ANOTHER_MODEL)
    answer = stack.delete(properties, name)
    assert production_of(stack) == CONTENDER
    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("deployed", [ANOTHER_MODEL, [served(count=4)]], ids=["model", "count"])
def test_a_stop_in_an_unknown_status_keeps_production(stack: Stack, name: str, deployed: Any) -> None:
    deploy(stack, deployed)
    before = production_of(stack)
    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=10)):
        answer = stack.delete(declared(), name)
    assert production_of(stack) == before, answer


@pytest.mark.parametrize("request_type", ["Update", "Delete"])
def test_a_promotion_of_a_test_that_somebody_started_early_is_proved(request_type: str) -> None:
    stack = Stack(reports_actual_start=False)
    properties = SCHEDULED | {"OnDelete": PROMOTING}
    name = stack.create(properties).physical_id
    stack.call("StartInferenceExperiment", Name=name)
    stack.clock.advance(600)
    while_stopping(stack, name, [served()])
    if request_type == "Delete":
        answer = stack.delete(properties, name)
    else:
        answer = stack.update(properties, properties | PROMOTING | {"Schedule": {"Duration": "P5D"}}, name)
    assert stack.served() == [PRODUCTION], "it was not promoted"
    assert not answer.succeeded


@pytest.mark.parametrize("rollback", [True, False])
def test_what_has_nothing_to_do_does_not_fail_for_an_endpoint_that_is_updated_for_long(rollback: bool) -> None:
    stack = Stack()
    name = stack.create(declared()).physical_id
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"endpoint_updating": timedelta(hours=2)})
    begin_to_deploy(stack, [served()], THE_SHADOW)
    if rollback:
        answer = stack.roll_back(declared(sampling=50), declared(), name)
    else:
        answer = stack.update(declared(), declared(OnDelete={"Record": "Retain"}), name)
    assert answer.succeeded, answer.reason


def test_a_rollback_gets_through_though_tags_of_an_orphan_cannot_be_written(stack: Stack) -> None:
    name = stack.create(SCHEDULED).physical_id
    second = SCHEDULED | {"Run": "2"}
    stop_waiting(
        stack, stack.event("Update", second, physical_id=name, old=SCHEDULED), after="CreateInferenceExperiment"
    )
    stack.sagemaker.faults.add(ErrorFault("AddTags", "ValidationException", "no more tags", times=10_000))
    answer = stack.roll_back(second, SCHEDULED, name)
    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("actions", [PROMOTE, RETAIN], ids=["promote", "retain"])
def test_a_delete_succeeds_though_its_endpoint_goes_while_it_stops(stack: Stack, actions: Any) -> None:
    properties = declared(OnDelete={"DesiredState": "Completed", "ModelVariantActions": actions})
    name = stack.create(properties).physical_id

    def gone() -> None:
        stack.clock.advance(600)
        delete(stack)

    meanwhile(stack, gone, when=lambda: stack.describe(name)["Status"] == "Stopping")
    answer = stack.delete(properties, name)
    assert answer.succeeded, answer.reason


def test_a_journal_of_the_version_before_is_verified() -> None:
    request = s.request_for("Delete", s.AS_IT_IS)
    journal = Journal.from_json(
        {
            "calls": {
                f"AddTags {request.name} end": s.NOW.isoformat(),
                f"StopInferenceExperiment {request.name}": s.NOW.isoformat(),
            }
        }
    )
    situation = s.situation_of(request, "Cancelled", journal, endpoint=s.ENDPOINT_UNDER_TEST)
    assert situation.observed is not None
    tags = {**(situation.observed.tags or {}), PENDING_STOP: f"Remove {request.token}"}
    situation = replace(situation, observed=replace(situation.observed, tags=tags))
    assert "still on endpoint" in plan(situation).why, plan(situation)


def test_production_that_was_to_stay_beside_a_promotion_is_proved() -> None:
    experiment = s.experiment_of("Completed", s.request_for("Update", s.AS_IT_IS), applied=s.AS_IT_IS)
    assert ending_problem(promote(production=Action.RETAIN), experiment, PROMOTED) is not None


def test_production_is_proved_after_a_scheduled_test_was_called_off() -> None:
    stack = Stack(shadow_deployed_before_start=True, stop_in_created=True)
    name = stack.create(SCHEDULED).physical_id
    stack.clock.advance(timedelta(hours=1))
    deploy(stack, ANOTHER_MODEL, THE_SHADOW)
    while_stopping(stack, name, [served()])
    answer = stack.delete(SCHEDULED, name)
    assert not answer.succeeded


def test_a_count_that_only_the_configuration_tells_is_kept() -> None:
    experiment = s.experiment_of("Running", s.request_for("Delete", s.AS_IT_IS), applied=s.AS_IT_IS)
    own = ServedVariant(PRODUCTION, None, CHAMPION, "ml.m5.xlarge", configured_count=4)
    kept = keep_production(Ending(), experiment, replace(s.ENDPOINT_UNDER_TEST, production=(own,)))
    assert kept is not None
    assert [each.instance_count for each in kept.desired_variants] == [4]


@pytest.mark.parametrize("request_type", ["Update", "Delete"])
def test_a_delete_in_created_that_is_refused_once_is_tried_again(stack: Stack, request_type: str) -> None:
    name = stack.create(SCHEDULED).physical_id
    stack.sagemaker.faults.add(ErrorFault("DeleteInferenceExperiment", "ConflictException", "busy"))
    if request_type == "Delete":
        answer = stack.delete(SCHEDULED, name)
    else:
        answer = stack.update(SCHEDULED, SCHEDULED | {"DesiredState": "Cancelled"}, name)
    assert answer.succeeded, answer.reason


def test_a_start_that_is_followed_by_an_update_looks_at_the_endpoint(stack: Stack) -> None:
    # The end counts from the actual start, so the test is updated once it runs.
    name = stack.create(SCHEDULED).physical_id
    meanwhile(
        stack,
        lambda: deploy(stack, [served(model="contender")]),
        when=lambda: stack.describe(name)["Status"] == "Running",
    )
    answer = stack.update(SCHEDULED, declared(sampling=50), name)
    assert not answer.succeeded, (stack.calls(), production_of(stack))


def test_where_the_shadow_was_replaced_an_update_is_refused(stack: Stack, name: str) -> None:
    deploy(stack, [served()], [served(SHADOW, "contender")])
    answer = stack.update(declared(), declared(sampling=50), name)
    assert not answer.succeeded, answer


@pytest.mark.parametrize("stripped", ["logical-id", "request"])
def test_a_stripped_tag_promotes_nothing_of_a_failed_creation(stack: Stack, stripped: str) -> None:
    properties = declared(OnDelete=PROMOTING)
    stop_waiting(stack, stack.event("Create", properties), after="CreateInferenceExperiment")
    stack.clock.advance(1200)
    (name,) = stack.names()
    tags = [f"sagemaker-inference-experiment:{stripped}"]
    stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=tags)
    stack.delete(properties, name)
    assert stack.served() == [PRODUCTION]
