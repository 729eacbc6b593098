"""The app of the end-to-end test: an endpoint and its shadow test, declared by the CLI's context as JSON."""

import json
from typing import Any

from aws_cdk import App, CfnOutput, CfnResource, Duration, Stack, Tags, aws_iam, aws_sagemaker

from sagemaker_inference_experiment import (
    Conclusion,
    InferenceExperiment,
    InferenceExperimentProvider,
    ModelVariant,
    Schedule,
)

app = App()
declared: dict[str, Any] = json.loads(app.node.try_get_context("declared") or "{}")
stack = Stack(app, "EndToEnd")
role = aws_iam.Role(stack, "SageMakerRole", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"))


def model(name: str) -> aws_sagemaker.CfnModel:
    return aws_sagemaker.CfnModel(
        stack,
        name,
        execution_role_arn=role.role_arn,
        primary_container=aws_sagemaker.CfnModel.ContainerDefinitionProperty(image="image"),
    )


current, candidate = model("Current"), model("Candidate")
config = aws_sagemaker.CfnEndpointConfig(
    stack,
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
endpoint = aws_sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)
provider = InferenceExperimentProvider(stack, "Provider", poll_interval=Duration.seconds(1))
# So short that a single wait outlasts it: every deployment hands over to a next invocation.
provider.function.node.default_child.add_property_override("Timeout", 9)  # type: ignore[union-attr]
experiment = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint=endpoint,
    role=role,
    production_variant=ModelVariant(model=current, variant_name="AllTraffic", instance_type="ml.m5.xlarge"),
    shadow_variant=ModelVariant(
        model=candidate,
        variant_name="Shadow-01",
        instance_type=declared.get("shadow_instance_type", "ml.m5.xlarge"),
    ),
    sampling_percentage=declared.get("sampling", 10),
    schedule=(
        Schedule.start_at(declared["start"], for_=Duration.days(7))
        if "start" in declared
        else Schedule.start_now(for_=Duration.days(7))
    ),
    description=declared.get("description"),
    run=declared.get("run"),
    conclusion=Conclusion.promote_shadow(reason="as good as production") if declared.get("promote") else None,
    provider=provider,
)
for key in declared.get("tags", []):
    Tags.of(experiment).add(key, "end-to-end")
for name in ("Arn", "Status", "StatusReason", "StartTime", "EndTime", "EndpointName", "EndpointConfigName", "Name"):
    # An attribute that is missing from an answer fails the deployment. An output may not be empty.
    value = experiment.node.find_child("Resource").get_att_string(name)  # type: ignore[attr-defined]
    CfnOutput(stack, f"Attribute{name}", value=f"={value}")
if declared.get("break_after"):
    # Made after the experiment, and refused by CloudFormation.
    broken = CfnResource(stack, "Broken", type="AWS::SageMaker::Endpoint", properties={"EndpointConfigName": "nowhere"})
    broken.node.add_dependency(experiment)
app.synth()
