"""StopInferenceExperiment: what happens to each variant, and which calls are invalid."""

from __future__ import annotations

from typing import Any

import pytest

from local.sagemaker import ServiceError
from simulation.declarations import variant
from tests.support.world import World


def names(variants: list[dict[str, Any]]) -> list[str]:
    return [each["VariantName"] for each in variants]


def test_promote_makes_the_shadow_the_production_variant(world: World) -> None:
    world.reach("Running")
    testing = world.endpoint()["EndpointConfigName"]

    world.stop(Reason="the challenger wins")

    assert world.status() == "Stopping"
    assert world.variant_statuses() == {"AllTraffic": "Deleting", "Shadow-01": "Updating"}
    world.clock.advance(4 * 60)
    described, served = world.describe(), world.served()
    assert (described["Status"], described["StatusReason"]) == ("Completed", "the challenger wins")
    assert described["CompletionTime"] == world.clock.now()
    assert world.variant_statuses() == {"AllTraffic": "Deleted", "Shadow-01": "InService"}
    assert served["EndpointConfigName"] not in (testing, "shop-before")
    assert names(served["ProductionVariants"]) == ["Shadow-01"]
    assert served["ProductionVariants"][0]["ModelName"] == "challenger"
    assert served["ProductionVariants"][0]["InitialVariantWeight"] == 1.0
    assert "ShadowProductionVariants" not in served


def test_remove_leaves_production_alone(world: World) -> None:
    world.reach("Running")
    world.stop(ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"}, DesiredState="Cancelled")
    world.clock.advance(4 * 60)

    assert world.status() == "Cancelled"
    assert names(world.served()["ProductionVariants"]) == ["AllTraffic"]
    assert world.variant_statuses() == {"AllTraffic": "InService", "Shadow-01": "Deleted"}


def test_retain_keeps_the_shadow_on_the_endpoint(world: World) -> None:
    world.reach("Running")
    world.stop(ModelVariantActions={"Shadow-01": "Retain", "AllTraffic": "Retain"})
    world.clock.advance(4 * 60)

    served = world.served()
    assert names(served["ProductionVariants"]) == ["AllTraffic"]
    assert names(served["ShadowProductionVariants"]) == ["Shadow-01"]
    assert world.variant_statuses() == {"AllTraffic": "InService", "Shadow-01": "InService"}


def test_promote_beside_a_retained_production_variant(world: World) -> None:
    world.reach("Running")
    world.stop(ModelVariantActions={"Shadow-01": "Promote", "AllTraffic": "Retain"})
    world.clock.advance(4 * 60)
    assert names(world.served()["ProductionVariants"]) == ["AllTraffic", "Shadow-01"]


def test_desired_variants_give_what_stays_its_size(world: World) -> None:
    world.reach("Running")
    world.stop(DesiredModelVariants=[variant("Shadow-01", "challenger", "ml.c5.9xlarge", 7)])
    world.clock.advance(4 * 60)

    (promoted,) = world.served()["ProductionVariants"]
    assert (promoted["InstanceType"], promoted["InitialInstanceCount"]) == ("ml.c5.9xlarge", 7)
    (serving,) = world.endpoint()["ProductionVariants"]
    assert (serving["CurrentInstanceCount"], serving["DesiredInstanceCount"]) == (7, 7)


@pytest.mark.parametrize(
    ("actions", "complaint"),
    [
        ({"Shadow-01": "Remove", "AllTraffic": "Remove"}, "must not remove every variant"),
        ({"Other": "Remove"}, "doesn't have: Other"),
        ({"AllTraffic": "Promote"}, "production variant already"),
        ({"AllTraffic": "Remove"}, "needs the shadow variant promoted"),
        ({"AllTraffic": "Remove", "Shadow-01": "Retain"}, "needs the shadow variant promoted"),
        ({}, "modelVariantActions"),
        ({"AllTraffic": "Keep"}, "enum value set"),
    ],
)
def test_nonsense_is_refused(world: World, actions: dict[str, str], complaint: str) -> None:
    world.reach("Running")
    with pytest.raises(ServiceError, match=complaint) as refused:
        world.stop(ModelVariantActions=actions)
    assert refused.value.code == "ValidationException"
    assert world.status() == "Running"


@pytest.mark.parametrize("described", [["AllTraffic"], ["AllTraffic", "Shadow-01"], ["Shadow-01", "Shadow-01"]])
def test_desired_variants_must_be_those_that_stay(world: World, described: list[str]) -> None:
    world.reach("Running")
    with pytest.raises(ServiceError, match="DesiredModelVariants must describe"):
        world.stop(DesiredModelVariants=[variant(name, "challenger") for name in described])


def test_desired_variants_must_have_models_that_exist(world: World) -> None:
    world.reach("Running")
    with pytest.raises(ServiceError, match="Could not find model"):
        world.stop(DesiredModelVariants=[variant("Shadow-01", "nothing")])


def test_the_actions_are_required(world: World) -> None:
    world.reach("Running")
    with pytest.raises(ServiceError, match=r"modelVariantActions.*must not be null"):
        world.call("StopInferenceExperiment", Name="trial")
