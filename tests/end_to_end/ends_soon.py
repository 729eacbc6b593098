"""A shadow test with an alarm before its end, declared by the CLI's context."""

from typing import Any

from aws_cdk import App, Duration, Stack

from sagemaker_inference_experiment import Conclusion, InferenceExperiment, ModelVariant, Schedule, ShadowTestDashboard

app = App()
declared: Any = app.node.try_get_context
endpoint = declared("endpoint")
stack = Stack(app, f"EndsSoon-{endpoint}")
experiment = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint=endpoint,
    shadow_variant=ModelVariant(model="ranking-2026"),
    sampling_percentage=10,
    schedule=Schedule.start_now(for_=Duration.days(int(declared("days")))),
    conclusion=Conclusion.promote_shadow() if declared("promote") else None,
)
if declared("watched"):
    experiment.alarm_ends_soon(
        stack, "Ends", before=Duration.days(3), period=Duration.minutes(1), alarm_name=f"{endpoint}-ends-soon"
    )
    experiment.alarm_shadow_traffic(stack, "GetsNothing", alarm_name=f"{endpoint}-gets-nothing")
    ShadowTestDashboard(stack, "Dashboard", experiment=experiment)
app.synth()
