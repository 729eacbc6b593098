"""The resources before an experiment: models, and endpoints that serve one of them."""

from typing import Any

from local.sagemaker import SageMaker
from simulation.declarations import CHAMPION, INSTANCE_TYPE, MODELS, PRODUCTION, ROLE

SOMEBODY = "somebody"
"""The caller of SageMaker, if it is not the handler."""


def served(name: str = PRODUCTION, model: str = CHAMPION, *, count: int = 1) -> dict[str, Any]:
    """A variant in the form of an endpoint configuration."""
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
    """Creates endpoints. They are in service once SageMaker's time for that has passed."""
    declared = {"EndpointConfigName": config, "ProductionVariants": [served()]}
    service.call("CreateEndpointConfig", declared, principal=SOMEBODY)
    for name in names:
        service.call("CreateEndpoint", {"EndpointName": name, "EndpointConfigName": config}, principal=SOMEBODY)
