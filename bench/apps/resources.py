"""CDK's own ``CfnInferenceExperiment``, which needs no function."""

from aws_cdk import App, Stack, aws_sagemaker

from bench.apps import INSTANCE, ROLE


def made(app: App, stacks: int, each: int) -> App:
    """An app of ``stacks`` stacks with ``each`` experiments each."""
    for number in range(stacks):
        stack = Stack(app, f"Stack{number}")
        for index in range(each):
            aws_sagemaker.CfnInferenceExperiment(
                stack,
                f"Test{index}",
                name=f"test-{number}-{index}",
                type="ShadowMode",
                endpoint_name=f"shop-{number}-{index}",
                role_arn=ROLE,
                model_variants=[_variant("AllTraffic", "ranking-2024"), _variant("Shadow-01", "ranking-2025")],
                shadow_mode_config=aws_sagemaker.CfnInferenceExperiment.ShadowModeConfigProperty(
                    source_model_variant_name="AllTraffic",
                    shadow_model_variants=[
                        aws_sagemaker.CfnInferenceExperiment.ShadowModelVariantConfigProperty(
                            shadow_model_variant_name="Shadow-01", sampling_percentage=10
                        )
                    ],
                ),
            )
    return app


def _variant(name: str, model: str) -> aws_sagemaker.CfnInferenceExperiment.ModelVariantConfigProperty:
    experiment = aws_sagemaker.CfnInferenceExperiment
    return experiment.ModelVariantConfigProperty(
        variant_name=name,
        model_name=model,
        infrastructure_config=experiment.ModelInfrastructureConfigProperty(
            infrastructure_type="RealTimeInference",
            real_time_inference_config=experiment.RealTimeInferenceConfigProperty(
                instance_type=INSTANCE, instance_count=1
            ),
        ),
    )
