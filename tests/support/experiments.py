"""An experiment with the least that has to be declared, for tests of everything else."""

from typing import Any

from aws_cdk.assertions import Template
from constructs import Construct

from sagemaker_inference_experiment import InferenceExperiment, ModelVariant

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")


def experiment_in(scope: Construct, id: str = "ShadowTest", **changes: Any) -> InferenceExperiment:
    """Without a given role, so that one is made."""
    parameters: dict[str, Any] = {
        "endpoint": "shop",
        "production_variant": PRODUCTION,
        "shadow_variant": SHADOW,
        "sampling_percentage": 10,
    }
    return InferenceExperiment(scope, id, **(parameters | changes))


def rendered_in(template: Template) -> dict[str, Any]:
    """The custom resource of the only experiment in a template."""
    (resource,) = template.find_resources(RESOURCE_TYPE).values()
    return dict(resource)
