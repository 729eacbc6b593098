"""A type checker must report each line that ends with ``refused``, and no other."""

from aws_cdk import App, Stack, aws_iam

from sagemaker_inference_experiment import InferenceExperiment, ModelVariant, Schedule

stack = Stack(App(), "Wrong")
production = ModelVariant(model="ranking-2024", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
ModelVariant(model=3, variant_name="AllTraffic", instance_type="ml.m5.xlarge")  # refused
ModelVariant(variant_name="AllTraffic", instance_type="ml.m5.xlarge")  # refused
Schedule.start_now(for_=7)  # refused
test = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint="shop-ranking",
    role=aws_iam.Role.from_role_name(stack, "Role", "sagemaker-execution"),
    production_variant=production,
    shadow_variant="ranking-2025",  # refused
    sampling_percentage=10,
)
name: int = test.experiment_name  # refused
