"""The app of the end-to-end test of a guardrail: the endpoint is somebody else's, and slow shadows are ended."""

import json
from typing import Any

from aws_cdk import App, Duration, Stack, aws_iam

from sagemaker_inference_experiment import Conclusion, InferenceExperiment, InferenceExperimentProvider, ModelVariant

app = App()
declared: dict[str, Any] = json.loads(app.node.try_get_context("declared") or "{}")
stack = Stack(app, "Guarded")
provider = InferenceExperimentProvider(stack, "Provider", poll_interval=Duration.seconds(1))
# So short that a wait outlasts it: requests hand over to a next invocation.
provider.function.node.default_child.add_property_override("Timeout", 9)  # type: ignore[union-attr]
experiment = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint="shop-ranking",
    role=aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")),
    shadow_variant=ModelVariant(model="ranking-2025"),
    sampling_percentage=10,
    run=declared.get("run"),
    conclusion=Conclusion.promote_shadow() if declared.get("promote") else None,
    provider=provider,
)
latency = experiment.shadow_variant.metric_model_latency(statistic="p90", period=Duration.minutes(1))
slow = latency.create_alarm(stack, "Slow", alarm_name="slow", threshold=100_000, evaluation_periods=3)
experiment.end_on(slow, reason="too slow for the checkout")
app.synth()
