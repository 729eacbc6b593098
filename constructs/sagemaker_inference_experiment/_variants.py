"""The two variants of a shadow test."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack

from sagemaker_inference_experiment._numbers import take_whole_numbers
from sagemaker_inference_experiment._references import AnyModel, model_name


@dataclass(frozen=True, kw_only=True)
class ModelVariant:
    """A model on real-time instances, under the variant's name: the API's ``ModelVariantConfig``.

    Args:
        model: The SageMaker model, as a construct (``CfnModel``, aws-sagemaker-alpha's ``IModel``), a reference or its
            name (``ModelName``). It is in the account and the region of the experiment.
        variant_name: The variant's name, 1 to 63 letters, digits and hyphens (``VariantName``). The production variant
            has the name that it has in the endpoint's configuration.
        instance_type: The ML instance type, such as ``ml.m5.xlarge`` (``InstanceType``).
        instance_count: The number of instances of the variant (``InstanceCount``); 1 if omitted. A whole number can
            also be a string, such as a value from CDK's context.

    The production variant must match what the endpoint serves, because SageMaker deploys it as it is declared here. If
    it does not match, the deployment fails before it changes anything.
    """

    model: AnyModel
    variant_name: str
    instance_type: str
    instance_count: int = 1

    def __post_init__(self) -> None:
        take_whole_numbers(self, "instance_count")

    def _render(self, stack: Stack) -> dict[str, Any]:
        return {
            "ModelName": model_name(self.model, stack),
            "VariantName": self.variant_name,
            "InfrastructureConfig": {
                "InfrastructureType": "RealTimeInference",
                "RealTimeInferenceConfig": {
                    "InstanceType": self.instance_type,
                    "InstanceCount": self.instance_count,
                },
            },
        }
