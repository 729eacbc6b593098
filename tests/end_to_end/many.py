"""The app of the test of many experiments: a stack with the function, and stacks with two endpoints and their tests.

An endpoint has room for one shadow, so there are as many endpoints as tests. They are in many stacks because the local
CloudFormation makes the resources of a stack one after another, and in no more because a role's policies have a limit.
"""

from aws_cdk import App, Duration, Stack, aws_iam, aws_sagemaker
from constructs import Construct

from sagemaker_inference_experiment import InferenceExperiment, InferenceExperimentProvider, ModelVariant, Schedule

app = App()
shared = Stack(app, "Shared")
role = aws_iam.Role(
    shared, "SageMakerRole", role_name="sagemaker", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")
)
provider = InferenceExperimentProvider(shared, "Provider", poll_interval=Duration.seconds(1))


def test(stack: Stack, id: str) -> None:
    scope = Construct(stack, id)
    models = [
        aws_sagemaker.CfnModel(
            scope,
            name,
            execution_role_arn=role.role_arn,
            primary_container=aws_sagemaker.CfnModel.ContainerDefinitionProperty(image="image"),
        )
        for name in ("Current", "Candidate")
    ]
    current, candidate = models
    config = aws_sagemaker.CfnEndpointConfig(
        scope,
        "EndpointConfig",
        production_variants=[
            aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                variant_name="AllTraffic",
                model_name=current.attr_model_name,
                instance_type="ml.m5.xlarge",
                initial_instance_count=1,
                initial_variant_weight=1,
            )
        ],
    )
    InferenceExperiment(
        scope,
        "ShadowTest",
        endpoint=aws_sagemaker.CfnEndpoint(scope, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name),
        role=role,
        production_variant=ModelVariant(model=current, variant_name="AllTraffic", instance_type="ml.m5.xlarge"),
        shadow_variant=ModelVariant(model=candidate, variant_name="Shadow-01", instance_type="ml.m5.xlarge"),
        sampling_percentage=10,
        schedule=Schedule.start_now(for_=Duration.days(7)),
        provider=provider,
    )


for number in range(int(app.node.get_context("stacks"))):
    stack = Stack(app, f"Many{number}")
    test(stack, "First")
    test(stack, "Second")
app.synth()
