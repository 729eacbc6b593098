"""Declarations as a template's author would write them, and as CloudFormation hands them over."""

from copy import deepcopy
from typing import Any

ROLE = "arn:aws:iam::123456789012:role/shadow-test"
ENDPOINT = "shop"
PRODUCTION = "AllTraffic"
SHADOW = "Shadow-01"
CHAMPION = "champion"
CHALLENGER = "challenger"
INSTANCE_TYPE = "ml.m5.xlarge"
PROMOTE = {PRODUCTION: "Remove", SHADOW: "Promote"}
REMOVE = {PRODUCTION: "Retain", SHADOW: "Remove"}
RETAIN = {PRODUCTION: "Retain", SHADOW: "Retain"}


def variant(name: str, model: str, *, instance_type: str = INSTANCE_TYPE, count: int = 1) -> dict[str, Any]:
    return {
        "ModelName": model,
        "VariantName": name,
        "InfrastructureConfig": {
            "InfrastructureType": "RealTimeInference",
            "RealTimeInferenceConfig": {"InstanceType": instance_type, "InstanceCount": count},
        },
    }


def shadow_mode(sampling: Any = 10, *, production: str = PRODUCTION, shadow: str = SHADOW) -> dict[str, Any]:
    return {
        "SourceModelVariantName": production,
        "ShadowModelVariants": [{"ShadowModelVariantName": shadow, "SamplingPercentage": sampling}],
    }


def declared(*, sampling: Any = 10, **changes: Any) -> dict[str, Any]:
    """The properties of an experiment; ``None`` leaves one out."""
    properties = {
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
        "RoleArn": ROLE,
        "EndpointName": ENDPOINT,
        "ModelVariants": [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER)],
        "ShadowModeConfig": shadow_mode(sampling),
        "Schedule": {"Duration": "P7D"},
        **changes,
    }
    return deepcopy({key: value for key, value in properties.items() if value is not None})


def as_sent(value: Any) -> Any:
    """CloudFormation turns every scalar into a string, at any depth."""
    if isinstance(value, dict):
        return {key: as_sent(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_sent(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
