"""What an endpoint serves, by SageMaker's own state, for the checks."""

from typing import Any

from local.sagemaker import SageMaker


def endpoint(service: SageMaker, name: str) -> dict[str, Any]:
    """Empty if the endpoint does not exist, or no longer exists."""
    there = (each for each in service.endpoints() if each["EndpointName"] == name)
    return next((each for each in there if each["EndpointStatus"] != "Deleting"), {})


def shadows(service: SageMaker, endpoint_name: str) -> list[str]:
    return [each["VariantName"] for each in endpoint(service, endpoint_name).get("ShadowProductionVariants", [])]


def shadow_models(service: SageMaker, endpoint_name: str) -> list[str]:
    names = shadows(service, endpoint_name)
    return [each["ModelName"] for each in served(service, endpoint_name) if each["VariantName"] in names]


def served(service: SageMaker, endpoint_name: str) -> list[dict[str, Any]]:
    """The production and shadow variants of an endpoint: model, instance type and count.

    Empty while the endpoint is being created.
    """
    described = endpoint(service, endpoint_name)
    if not described:
        return []
    config = service.call("DescribeEndpointConfig", {"EndpointConfigName": described["EndpointConfigName"]})
    counts = {
        each["VariantName"]: each["DesiredInstanceCount"]
        for kind in ("ProductionVariants", "ShadowProductionVariants")
        for each in described.get(kind, [])
    }
    if not counts:
        return []
    return [
        {**each, "InstanceCount": counts[each["VariantName"]]}
        for kind in ("ProductionVariants", "ShadowProductionVariants")
        for each in config.get(kind, [])
    ]


def served_models(service: SageMaker, endpoint_name: str) -> list[str]:
    described = endpoint(service, endpoint_name)
    if not described:
        return []
    config = service.call("DescribeEndpointConfig", {"EndpointConfigName": described["EndpointConfigName"]})
    return [each["ModelName"] for each in config["ProductionVariants"]]
