"""Replaces values that only CloudFormation knows by the live ones, so that the rest can be compared."""

from collections.abc import Mapping
from typing import Any

from inference_experiment_handler import client
from inference_experiment_handler.client import NotFoundError, SageMaker
from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from shadowtest.planning.placeholders import placeholder, replaced, value_at
from shadowtest.templates.node import Path, shown_path
from shadowtest.values.unknown import unknown_paths

_NOT_COMPARED = ("ServiceToken", "OnDelete")
"""Properties that are not compared with anything live."""


def as_live(
    properties: Mapping[str, Any], physical_id: str, sagemaker: SageMaker
) -> tuple[Mapping[str, Any] | None, list[str]]:
    """The properties without unknown values, and what therefore can't be compared, one clause each.

    ``None`` if there is no live value for an unknown one, so that nothing can be compared.
    """
    unknown = dict(unknown_paths(properties))
    if not unknown:
        return properties, []
    experiment = _described(physical_id, sagemaker)
    values = {path: _value(path, properties, physical_id, experiment) for path in unknown}
    why = [
        f"{shown_path(path)} is known only to CloudFormation ({value.why})"
        for path, value in unknown.items()
        if path[0] not in _NOT_COMPARED
    ]
    if any(value is None for value in values.values()):
        return None, [*why, "so nothing of this resource can be compared"]
    return replaced(properties, values), why


def _value(
    path: Path, properties: Mapping[str, Any], physical_id: str, experiment: ObservedExperiment | None
) -> Any | None:
    if path[0] in _NOT_COMPARED:
        return placeholder(path)
    if path == ("Name",):
        return physical_id
    if experiment is None:
        return None
    match path:
        case ("RoleArn",):
            return experiment.role_arn
        case ("EndpointName",):
            return experiment.endpoint_name
        case ("KmsKey",):
            return experiment.kms_key
        case ("Description",):
            return experiment.description
        case ("ModelVariants", int(), "ModelName"):
            declared = properties["ModelVariants"]
            name = value_at(declared, (path[1], "VariantName"))
            # A single variant without a name is the shadow variant.
            name = name or (experiment.shadow_name if len(declared) == 1 else "")
            own = experiment.variants.get(str(name))
            return own.model_name if own is not None else None
        case ("ShadowModeConfig", "ShadowModelVariants", 0, "SamplingPercentage"):
            return experiment.sampling_percentage
    return None


def _described(name: str, sagemaker: SageMaker) -> ObservedExperiment | None:
    try:
        return ObservedExperiment.from_api(client.call(sagemaker, operations.DESCRIBE, {"Name": name}))
    except NotFoundError:
        return None
