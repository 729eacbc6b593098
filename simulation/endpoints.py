"""What is there before an experiment: models, and endpoints that serve one of them."""

from typing import Any

from local.sagemaker import SageMaker
from simulation.declarations import CHAMPION, INSTANCE_TYPE, MODELS, PRODUCTION, ROLE

SOMEBODY = "somebody"
"""Who calls SageMaker, if it is not the handler."""


def served(name: str = PRODUCTION, model: str = CHAMPION, *, count: int = 1) -> dict[str, Any]:
    """A variant as an endpoint's configuration has it."""
    return {
        "VariantName": name,
        "ModelName": model,
        "InitialInstanceCount": count,
        "InstanceType": INSTANCE_TYPE,
        "InitialVariantWeight": 1.0,
    }


def create_models(service: SageMaker) -> None:
    for name in MODELS:
        model = {"ModelName": name, "PrimaryContainer": {"Image": "i"}, "ExecutionRoleArn": ROLE}
        service.call("CreateModel", model, principal=SOMEBODY)


def create_endpoints(service: SageMaker, *names: str, config: str) -> None:
    """They are in service once SageMaker has had its time for that."""
    declared = {"EndpointConfigName": config, "ProductionVariants": [served()]}
    service.call("CreateEndpointConfig", declared, principal=SOMEBODY)
    for name in names:
        service.call("CreateEndpoint", {"EndpointName": name, "EndpointConfigName": config}, principal=SOMEBODY)
