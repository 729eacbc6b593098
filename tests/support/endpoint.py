"""What others do to the endpoint of a test, and what it serves then."""

from dataclasses import dataclass
from typing import Any

from simulation.declarations import ENDPOINT, INSTANCE_TYPE, PRODUCTION
from tests.support.interruption import meanwhile
from tests.support.stack import Stack


@dataclass(frozen=True)
class Serving:
    """A production variant: what its configuration says, and how many instances it has now."""

    variant: str
    model: str
    instance_type: str = INSTANCE_TYPE
    instances: int = 1


def deploy(stack: Stack, production: list[dict[str, Any]], shadows: list[dict[str, Any]] | None = None) -> None:
    """Somebody else deploys a new configuration to the endpoint, and it is in service."""
    begin_to_deploy(stack, production, shadows)
    stack.clock.advance(stack.sagemaker.behaviour.endpoint_updating)


def begin_to_deploy(
    stack: Stack, production: list[dict[str, Any]], shadows: list[dict[str, Any]] | None = None
) -> None:
    """The same, and it is still being updated."""
    config = f"deployed-{stack.mark()}"
    more = {"ShadowProductionVariants": shadows} if shadows else {}
    stack.call("CreateEndpointConfig", EndpointConfigName=config, ProductionVariants=production, **more)
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=config)


def redeploy(stack: Stack) -> None:
    """Somebody deploys what the endpoint was created with once more, and it is still being updated."""
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=f"{ENDPOINT}-before")


def scale(stack: Stack, count: int, variant: str = PRODUCTION) -> None:
    """Autoscaling gives a variant so many instances."""
    wanted = [{"VariantName": variant, "DesiredInstanceCount": count}]
    stack.call("UpdateEndpointWeightsAndCapacities", EndpointName=ENDPOINT, DesiredWeightsAndCapacities=wanted)


def delete(stack: Stack) -> None:
    """Somebody else deletes the endpoint, and it is gone."""
    stack.call("DeleteEndpoint", EndpointName=ENDPOINT)
    stack.clock.advance(stack.sagemaker.behaviour.endpoint_deleting)


def forget_configuration(stack: Stack) -> None:
    """Somebody deletes the configuration that the endpoint serves with."""
    config = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointConfigName"]
    stack.call("DeleteEndpointConfig", EndpointConfigName=config)


def while_stopping(stack: Stack, name: str, production: list[dict[str, Any]]) -> None:
    """Once the test is stopped, and before the handler looks, somebody deploys that."""

    def meddle() -> None:
        stack.clock.advance(stack.sagemaker.behaviour.stopping)
        begin_to_deploy(stack, production)

    meanwhile(stack, meddle, when=lambda: stack.describe(name)["Status"] == "Stopping")


def production_of(stack: Stack) -> list[Serving]:
    endpoint = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)
    config = stack.call("DescribeEndpointConfig", EndpointConfigName=endpoint["EndpointConfigName"])
    configured = {each["VariantName"]: each for each in config["ProductionVariants"]}
    return [
        Serving(
            each["VariantName"],
            configured[each["VariantName"]]["ModelName"],
            configured[each["VariantName"]]["InstanceType"],
            each["DesiredInstanceCount"],
        )
        for each in endpoint["ProductionVariants"]
    ]
