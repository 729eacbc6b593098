"""What a stack's author declares: the properties of an experiment, as a template has them."""

from copy import deepcopy
from typing import Any

from simulation.function import FUNCTION_ARN

Declaration = dict[str, Any]

ROLE = "arn:aws:iam::123456789012:role/shadow-test"
ENDPOINT = "shop"
PRODUCTION = "AllTraffic"
SHADOW = "Shadow-01"
CHAMPION = "champion"
CHALLENGER = "challenger"
MODELS = (CHAMPION, CHALLENGER, "contender")
INSTANCE_TYPE = "ml.m5.xlarge"
PROMOTE = {PRODUCTION: "Remove", SHADOW: "Promote"}
REMOVE = {PRODUCTION: "Retain", SHADOW: "Remove"}
RETAIN = {PRODUCTION: "Retain", SHADOW: "Retain"}


def variant(name: str, model: str, instance_type: str = INSTANCE_TYPE, count: int = 1) -> dict[str, Any]:
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


def declared(*, sampling: Any = 10, **changes: Any) -> Declaration:
    """The properties of an experiment. ``None`` omits a property."""
    properties = {
        "ServiceToken": FUNCTION_ARN,
        "RoleArn": ROLE,
        "EndpointName": ENDPOINT,
        "ModelVariants": [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER)],
        "ShadowModeConfig": shadow_mode(sampling),
        "Schedule": {"Duration": "P7D"},
        **changes,
    }
    return deepcopy({key: value for key, value in properties.items() if value is not None})


def as_served(model: str = CHALLENGER, *, sampling: Any = 10, **changes: Any) -> Declaration:
    """The same, if only the shadow variant's model is declared of the variants."""
    mode = {"ShadowModelVariants": [{"SamplingPercentage": sampling}]}
    return declared(**{"ModelVariants": [{"ModelName": model}], "ShadowModeConfig": mode, **changes})
