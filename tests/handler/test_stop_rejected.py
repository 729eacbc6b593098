"""SageMaker rejects a Stop. If it should keep another model in production than the test has, there is a way out."""

import pytest

from local.sagemaker import ErrorFault
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    SHADOW,
    Declaration,
    declared,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import Serving, deploy, production_of
from tests.support.stack import Stack

THE_SHADOW = [served(SHADOW, CHALLENGER)]
CONTENDER = [Serving(PRODUCTION, "contender")]
PROMOTING = declared(OnDelete={"DesiredState": "Completed", "ModelVariantActions": PROMOTE})


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test."""
    return stack.create(declared()).physical_id


@pytest.mark.parametrize("properties", [declared(), PROMOTING], ids=["removes", "promotes"])
def test_a_stop_that_sagemaker_rejects_for_another_model_tells_the_way_out(properties: Declaration) -> None:
    stack = Stack(stop_deploys_another_model=False)
    name = stack.create(properties).physical_id
    deploy(stack, [served(model="contender")], THE_SHADOW)

    for _ in range(2):
        answer = stack.delete(properties, name)

        assert not answer.succeeded
        assert answer.reason == (
            "StopInferenceExperiment: ValidationException: DesiredModelVariants must have the model of the "
            f"experiment, {CHAMPION}. {name} is still Running, and its shadow variant is still billed. "
            f"The Stop should keep model contender, which production serves, but the test has model {CHAMPION}. "
            f"If SageMaker does not accept that, update endpoint {ENDPOINT} to a configuration without "
            f"ShadowProductionVariants whose production variant {PRODUCTION} has model {CHAMPION} on {INSTANCE_TYPE}, "
            f"and try again. Production serves {CHAMPION} until you deploy contender on {INSTANCE_TYPE} again"
        )
        assert production_of(stack) == CONTENDER

    # This is what the response says to do.
    deploy(stack, [served()])
    assert stack.delete(properties, name).succeeded
    assert stack.names() == []
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION)]


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_a_stop_that_sagemaker_rejects_for_something_else_only_tells_its_error(
    stack: Stack, name: str, code: str
) -> None:
    resized = [variant(PRODUCTION, CHAMPION, "ml.c5.xlarge")]
    concluded = declared(DesiredState="Completed", ModelVariantActions=REMOVE, DesiredModelVariants=resized)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", code, "no", times=10_000))

    answer = stack.update(declared(), concluded, name)

    assert not answer.succeeded
    assert answer.reason == f"StopInferenceExperiment: {code}: no"


def test_a_stop_that_is_denied_does_not_ask_for_another_model(stack: Stack, name: str) -> None:
    deploy(stack, [served(model="contender")], THE_SHADOW)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "AccessDeniedException", "no", times=10_000))

    assert stack.delete(declared(), name).reason == "StopInferenceExperiment: AccessDeniedException: no"


def test_a_conclusion_that_sagemaker_rejects_for_another_model_tells_the_way_out() -> None:
    stack = Stack(stop_deploys_another_model=False)
    name = stack.create(declared()).physical_id
    deploy(stack, [served(model="contender")], THE_SHADOW)
    concluded = declared(DesiredState="Completed", ModelVariantActions=REMOVE)

    answer = stack.update(declared(), concluded, name)

    assert not answer.succeeded
    assert f"whose production variant {PRODUCTION} has model {CHAMPION}" in answer.reason
    assert stack.roll_back(concluded, declared(), name).succeeded
    assert production_of(stack) == CONTENDER


def test_a_shadow_variant_that_is_gone_is_not_billed() -> None:
    stack = Stack(stop_deploys_another_model=False)
    name = stack.create(declared()).physical_id
    deploy(stack, [served(model="contender")])

    reason = stack.delete(declared(), name).reason

    assert f"{name} is still Running. The Stop should keep model contender" in reason
    assert "billed" not in reason


def test_a_model_that_is_declared_for_production_is_not_what_it_serves() -> None:
    stack = Stack(stop_deploys_another_model=False)
    name = stack.create(declared()).physical_id
    other = [variant(PRODUCTION, "contender")]
    concluded = declared(DesiredState="Completed", ModelVariantActions=REMOVE, DesiredModelVariants=other)

    answer = stack.update(declared(), concluded, name)

    assert answer.reason == (
        "StopInferenceExperiment: ValidationException: DesiredModelVariants must have the model of the experiment, "
        f"{CHAMPION}."
    )


def test_another_instance_type_is_not_another_model(stack: Stack, name: str) -> None:
    deploy(stack, [served() | {"InstanceType": "ml.c5.xlarge"}], THE_SHADOW)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ValidationException", "no"))

    assert stack.delete(declared(), name).reason == "StopInferenceExperiment: ValidationException: no"
