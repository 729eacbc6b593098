"""The two variants of a shadow test."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack

from inference_experiment_handler.spec import names
from sagemaker_inference_experiment._numbers import take_whole_numbers
from sagemaker_inference_experiment._references import AnyModel, model_name


@dataclass(frozen=True, kw_only=True)
class ModelVariant:
    """A model on real-time instances, under the variant's name: the API's ``ModelVariantConfig``.

    Args:
        model: The SageMaker model, as a construct (``CfnModel``, aws-sagemaker-alpha's ``IModel``), a reference or its
            name (``ModelName``). It is in the account and the region of the experiment.
        variant_name: The variant's name, 1 to 63 letters, digits and hyphens (``VariantName``). If omitted, the shadow
            variant is named ``Shadow``, or ``Shadow-2`` if the production variant is named ``Shadow``. It keeps its
            name for the whole run. A production variant requires the name that it has on the endpoint.
        instance_type: The ML instance type, such as ``ml.m5.xlarge`` (``InstanceType``). If omitted, the shadow variant
            has the instance type of production. A production variant requires it.
        instance_count: The number of instances of the variant (``InstanceCount``). If omitted, 1 if ``instance_type``
            is given, and otherwise the instance count of production. A whole number can also be a string, such as a
            value from CDK's context.

    If you declare the production variant, it must match what the endpoint serves, because SageMaker deploys it as it is
    declared here. If it does not match, the deployment fails before it changes anything.
    """

    model: AnyModel
    variant_name: str | None = None
    instance_type: str | None = None
    instance_count: int | None = None

    def __post_init__(self) -> None:
        take_whole_numbers(self, "instance_count")

    @property
    def _count(self) -> int | None:
        """``None`` if it is left open."""
        return 1 if self.instance_count is None and self.instance_type is not None else self.instance_count

    def _render(self, stack: Stack) -> dict[str, Any]:
        instances = {"InstanceType": self.instance_type, "InstanceCount": self._count}
        given = {key: value for key, value in instances.items() if value is not None}
        infrastructure = {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": given}
        return {
            "ModelName": model_name(self.model, stack),
            **({"VariantName": self.variant_name} if self.variant_name is not None else {}),
            **({"InfrastructureConfig": infrastructure} if given else {}),
        }


def in_properties(production: ModelVariant | None, shadow: ModelVariant) -> str:
    """The shadow variant's name in the custom resource's properties, even if its name is left open."""
    if shadow.variant_name is not None:
        return shadow.variant_name
    return names.default_shadow((production.variant_name if production is not None else None) or "")
