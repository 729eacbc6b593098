"""The app of the end-to-end test of what is left open: the endpoint is somebody else's."""

import json
from typing import Any

from aws_cdk import App, Duration, Stack, aws_iam

from sagemaker_inference_experiment import Conclusion, InferenceExperiment, InferenceExperimentProvider, ModelVariant

app = App()
declared: dict[str, Any] = json.loads(app.node.try_get_context("declared") or "{}")
stack = Stack(app, "AsServed")
experiment = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint="shop-ranking",
    role=aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")),
    shadow_variant=ModelVariant(model=declared.get("model", "ranking-2025")),
    sampling_percentage=declared.get("sampling", 10),
    run=declared.get("run"),
    conclusion=Conclusion.promote_shadow() if declared.get("promote") else None,
    provider=InferenceExperimentProvider(stack, "Provider", poll_interval=Duration.seconds(1)),
)
if "gate" in declared:
    experiment.node.find_child("Resource").node.default_child.add_property_override("PromoteIf", declared["gate"])  # type: ignore[union-attr]
app.synth()
