"""Models, endpoint configurations and endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from local.sagemaker import ServiceError
from tests.support.world import World

KINDS: dict[str, tuple[dict[str, str], str, str]] = {
    "Model": ({"ModelName": "x"}, "model", 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/x".'),
    "EndpointConfig": ({"EndpointConfigName": "x"}, "endpoint-config", "Could not find endpoint configuration"),
    "Endpoint": ({"EndpointName": "x"}, "endpoint", 'Could not find endpoint "arn'),
}
MEMBERS: dict[str, dict[str, Any]] = {
    "Model": {"PrimaryContainer": {"Image": "image"}},
    "EndpointConfig": {
        "ProductionVariants": [{"VariantName": "A", "ModelName": "champion", "InitialInstanceCount": 2}]
    },
    "Endpoint": {"EndpointConfigName": "shop-before"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", ["Describe", "Delete"])
def test_what_does_not_exist_is_a_validation_error(world: World, kind: str, verb: str) -> None:
    name, _, complaint = KINDS[kind]
    with pytest.raises(ServiceError) as unknown:
        world.call(f"{verb}{kind}", **name)
    assert unknown.value.code == "ValidationException"
    assert complaint in unknown.value.message


@pytest.mark.parametrize("kind", KINDS)
def test_create_describe_delete(world: World, kind: str) -> None:
    name, segment, _ = KINDS[kind]
    created = world.call(f"Create{kind}", **name, **MEMBERS[kind])
    assert created == {f"{kind}Arn": f"arn:aws:sagemaker:us-east-1:123456789012:{segment}/x"}
    described = world.call(f"Describe{kind}", **name)
    assert described[f"{kind}Arn"] == created[f"{kind}Arn"]
    assert described["CreationTime"] == world.clock.now()
    with pytest.raises(ServiceError, match="already existing"):
        world.call(f"Create{kind}", **name, **MEMBERS[kind])
    world.clock.advance(3600)
    world.call(f"Delete{kind}", **name)
    world.clock.advance(3600)
    with pytest.raises(ServiceError, match="Could not find"):
        world.call(f"Describe{kind}", **name)


def test_a_configuration_needs_models_that_exist(world: World) -> None:
    with pytest.raises(ServiceError, match="Could not find model"):
        world.call(
            "CreateEndpointConfig", EndpointConfigName="x", ProductionVariants=[{"VariantName": "A", "ModelName": "y"}]
        )


def test_an_endpoint_takes_its_time(world: World) -> None:
    world.call("CreateEndpoint", EndpointName="x", EndpointConfigName="shop-before")
    creating = world.call("DescribeEndpoint", EndpointName="x")
    assert creating["EndpointStatus"] == "Creating"
    assert "ProductionVariants" not in creating
    for operation, more in (("UpdateEndpoint", {"EndpointConfigName": "shop-before"}), ("DeleteEndpoint", {})):
        with pytest.raises(ServiceError, match="in-progress endpoint"):
            world.call(operation, EndpointName="x", **more)
    world.clock.advance(300)
    assert world.call("DescribeEndpoint", EndpointName="x")["EndpointStatus"] == "InService"


def test_an_update_swaps_the_configuration_when_it_is_done(world: World) -> None:
    world.call("CreateEndpointConfig", EndpointConfigName="new", **MEMBERS["EndpointConfig"])
    world.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="new")
    updating = world.endpoint()
    assert (updating["EndpointStatus"], updating["EndpointConfigName"]) == ("Updating", "shop-before")
    assert updating["PendingDeploymentSummary"]["EndpointConfigName"] == "new"
    world.clock.advance(300)
    updated = world.endpoint()
    assert (updated["EndpointStatus"], updated["EndpointConfigName"]) == ("InService", "new")
    assert updated["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert updated["LastModifiedTime"] == world.clock.now()


def test_scaling_changes_the_count_until_another_configuration_is_taken_up(world: World) -> None:
    variant = world.endpoint()["ProductionVariants"][0]["VariantName"]
    wanted = [{"VariantName": variant, "DesiredInstanceCount": 5}]

    world.call("UpdateEndpointWeightsAndCapacities", EndpointName="shop", DesiredWeightsAndCapacities=wanted)

    scaled = world.endpoint()["ProductionVariants"][0]
    assert (scaled["CurrentInstanceCount"], scaled["DesiredInstanceCount"]) == (5, 5)
    world.call("CreateEndpointConfig", EndpointConfigName="new", **MEMBERS["EndpointConfig"])
    world.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="new")
    with pytest.raises(ServiceError, match="in-progress endpoint"):
        world.call("UpdateEndpointWeightsAndCapacities", EndpointName="shop", DesiredWeightsAndCapacities=wanted)
    world.clock.advance(300)
    assert world.endpoint()["ProductionVariants"][0]["DesiredInstanceCount"] == 2


def test_a_variant_that_is_not_served_cannot_be_scaled(world: World) -> None:
    wanted = [{"VariantName": "Nobody", "DesiredInstanceCount": 5}]
    with pytest.raises(ServiceError, match="has no variant Nobody"):
        world.call("UpdateEndpointWeightsAndCapacities", EndpointName="shop", DesiredWeightsAndCapacities=wanted)


def test_deleting_takes_a_moment(world: World) -> None:
    world.call("DeleteEndpoint", EndpointName="shop")
    assert world.endpoint()["EndpointStatus"] == "Deleting"
    world.clock.advance(60)
    assert world.service.endpoints() == []


def test_a_deleted_configuration_still_serves(world: World) -> None:
    world.call("DeleteEndpointConfig", EndpointConfigName="shop-before")
    assert world.endpoint()["EndpointConfigName"] == "shop-before"
    assert world.endpoint()["EndpointStatus"] == "InService"
