"""Omitted values, combined with names, counts and endpoints that others have chosen."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ErrorFault, Hook
from simulation.declarations import CHALLENGER, CHAMPION, PRODUCTION, SHADOW, as_served, declared, variant
from simulation.endpoints import served
from tests.handler.test_as_served import PROMOTING, SCHEDULE, small
from tests.support.endpoint import Serving, deploy, production_of, scale
from tests.support.interruption import meanwhile
from tests.support.stack import Stack


def named(name: str, model: str = CHALLENGER, **changes: Any) -> dict[str, Any]:
    return as_served(ModelVariants=[{"ModelName": model, "VariantName": name}], **changes)


def resized(**instances: Any) -> list[dict[str, Any]]:
    return [{"InfrastructureConfig": {"RealTimeInferenceConfig": instances}}]


@pytest.mark.parametrize("name", [PRODUCTION, PRODUCTION.upper()])
def test_a_shadow_with_productions_name_is_refused_before_anything_is_touched(stack: Stack, name: str) -> None:
    first = stack.create(as_served()).physical_id
    mark = stack.mark()

    answer = stack.update(as_served(), named(name, Run="2"), first)

    assert not answer.succeeded
    assert f"the shadow variant has the name of the production variant of endpoint shop, {name}" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.describe(first)["Status"] == "Running"


def test_the_name_that_the_run_before_will_promote_is_refused_before_it_is_promoted(stack: Stack) -> None:
    first = named("B", OnDelete={"DesiredState": "Completed", "ModelVariantActions": {"B": "Promote"}})
    name = stack.create(first).physical_id

    answer = stack.update(first, named("B", "contender", Run="2"), name)

    assert not answer.succeeded
    assert ", B: give it another VariantName" in answer.reason
    assert stack.describe(name)["Status"] == "Running"


@pytest.mark.parametrize(
    "desired", [resized(InstanceType="ml.m5.xlarge"), [{"ModelName": CHALLENGER}]], ids=["type", "model"]
)
def test_a_promotion_without_a_count_has_productions(stack: Stack, desired: list[dict[str, Any]]) -> None:
    scale(stack, 4)
    name = stack.create(as_served()).physical_id
    scale(stack, 6)
    promoting = as_served(**PROMOTING | {"DesiredModelVariants": desired})

    answer = stack.update(as_served(), promoting, name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving("Shadow", CHALLENGER, instances=6)]


def test_a_promotion_onto_productions_type_without_a_count_has_productions(stack: Stack) -> None:
    scale(stack, 4)
    test = as_served(ModelVariants=[small(1)])
    name = stack.create(test).physical_id
    promoting = test | PROMOTING | {"DesiredModelVariants": resized(InstanceType="ml.m5.xlarge")}

    assert stack.update(test, promoting, name).succeeded
    assert production_of(stack) == [Serving("Shadow", CHALLENGER, instances=4)]


def test_a_count_that_is_declared_counts(stack: Stack) -> None:
    scale(stack, 4)
    name = stack.create(as_served()).physical_id
    promoting = as_served(**PROMOTING | {"DesiredModelVariants": resized(InstanceCount=2)})

    assert stack.update(as_served(), promoting, name).succeeded
    assert production_of(stack) == [Serving("Shadow", CHALLENGER, instances=2)]


def test_an_update_of_a_scheduled_test_looks_at_the_endpoint(stack: Stack) -> None:
    before = as_served(Schedule=SCHEDULE, EndpointConfigName="c1")
    name = stack.create(before).physical_id
    deploy(stack, [served(model="contender")])
    mark = stack.mark()

    answer = stack.update(before, before | {"EndpointConfigName": "c2"}, name)

    assert not answer.succeeded, "nobody else says that the test will put back what was served before"
    assert f"serves ModelName contender (the test has {CHAMPION})" in answer.reason
    assert stack.calls(since=mark) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([variant(SHADOW, CHALLENGER, count=3)], [{"ModelName": CHALLENGER} | resized(InstanceCount=3)[0]]),
        ([variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, count=3)], [variant(SHADOW, CHALLENGER, count=3)]),
    ],
    ids=["shadow", "production that only filled the list"],
)
def test_a_conclusion_may_be_left_open_once_it_is_over(
    stack: Stack, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    action = {SHADOW: "Promote" if len(before) == 1 else "Retain"}
    ending: dict[str, Any] = {"DesiredState": "Completed", "ModelVariantActions": action}
    name = stack.create(named(SHADOW)).physical_id
    concluded = named(SHADOW, **ending, DesiredModelVariants=before)
    if len(before) == 2:
        concluded = declared(**ending, DesiredModelVariants=before)
    assert stack.update(named(SHADOW), concluded, name).succeeded
    mark = stack.mark()

    answer = stack.update(concluded, named(SHADOW, **ending, DesiredModelVariants=after), name)

    assert answer.succeeded, answer.reason
    assert set(stack.calls(since=mark)) <= {"AddTags"}


def test_production_may_be_declared_again_of_a_test_that_is_over(stack: Stack) -> None:
    scale(stack, 3)
    name = stack.create(declared()).physical_id
    ending: dict[str, Any] = {"DesiredState": "Completed", "ModelVariantActions": {SHADOW: "Remove"}}
    concluded, left_open = declared(**ending), named(SHADOW, **ending)

    for before, after in ((declared(), concluded), (concluded, left_open), (left_open, concluded)):
        answer = stack.update(before, after, name)
        assert answer.succeeded, answer.reason


def test_the_log_says_with_how_many_instances_a_promotion_serves(
    stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    scale(stack, 4)
    test = as_served(ModelVariants=[small(2)])
    name = stack.create(test).physical_id

    with caplog.at_level("INFO"):
        # A reason may leave no room for it.
        assert stack.update(test, test | PROMOTING | {"Reason": "x" * 1000}, name).succeeded

    assert "Shadow serves on 2 x ml.c5.xlarge, instead of 4 x ml.m5.xlarge" in caplog.text
    assert stack.describe(name)["StatusReason"] == "x" * 1000


def test_an_intent_whose_answer_was_lost_says_nothing_of_later_calls(stack: Stack) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"stopping": timedelta(minutes=20)})
    name = stack.create(as_served()).physical_id
    lost = ErrorFault("AddTags", "InternalFailure", "lost", status=500, times=10, after=True)
    stack.sagemaker.faults.add(lost)

    def deny_once() -> None:
        stack.sagemaker.faults.clear()
        stack.sagemaker.faults.add(ErrorFault("AddTags", "AccessDeniedException", "not yet"))

    meanwhile(stack, deny_once, when=lambda: stack.describe(name)["Status"] == "Stopping")

    answer = stack.update(as_served(), as_served(**PROMOTING), name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize(
    ("production", "shadows", "said"),
    [
        ([served(), served("B", "contender")], [], "AllTraffic"),
        ([served()], [served("Somebodys", "contender")], "Somebodys"),
    ],
    ids=["two variants", "a shadow"],
)
def test_an_endpoint_that_changes_between_the_look_and_the_creation(
    stack: Stack, production: list[dict[str, Any]], shadows: list[dict[str, Any]], said: str
) -> None:
    stack.sagemaker.faults.add(Hook(lambda _: deploy(stack, production, shadows), "CreateInferenceExperiment"))

    answer = stack.create(as_served())

    assert not answer.succeeded
    assert said in answer.reason
    assert stack.names() == []
    assert stack.shadows() == [each["VariantName"] for each in shadows]
