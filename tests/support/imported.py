"""An experiment that somebody else declares, of which more or less is known."""

from typing import Any

from aws_cdk import Stack

from sagemaker_inference_experiment import IInferenceExperiment, InferenceExperiment

NAMES = {"endpoint_name": "shop", "production_variant_name": "AllTraffic", "shadow_variant_name": "Shadow-01"}


def imported(stack: Stack, **known: Any) -> IInferenceExperiment:
    return InferenceExperiment.from_experiment_attributes(stack, "Imported", experiment_name="theirs", **known)
