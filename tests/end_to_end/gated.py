"""The app of the end-to-end test of a gate: the promotion has criteria, and the endpoint is somebody else's."""

from aws_cdk import App, CfnOutput, Duration, Stack

from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
    InferenceExperiment,
    InferenceExperimentProvider,
    ModelVariant,
    Schedule,
)

app = App()
stack = Stack(app, "Gated")
gate = Gate(
    criteria=[
        Criterion.traffic(min_invocations=8_000),
        Criterion.latency(statistic="p90", max_ratio=1.2),
        Criterion.error_rate(max_increase=1),
        Criterion.running(at_least=Duration.days(2), enforce=False),
    ],
    window=Duration.hours(2),
)
promotion = Conclusion.promote_shadow(reason="as quick", only_if=gate)
experiment = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint="shop-ranking",
    shadow_variant=ModelVariant(model="ranking-2026"),
    sampling_percentage=10,
    schedule=Schedule.start_now(for_=Duration.days(7)),
    conclusion=promotion if app.node.try_get_context("promote") else None,
    provider=InferenceExperimentProvider(stack, "Provider", poll_interval=Duration.seconds(1)),
)
CfnOutput(stack, "Gate", value=experiment.gate)
app.synth()
