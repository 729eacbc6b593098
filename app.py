"""The example app: an endpoint that classifies sentences, and a shadow test of another model on its traffic.

Change what the test is like with the CLI's context: ``cdk deploy -c sampling=50``, then ``-c conclude=promote``.
"""

from aws_cdk import App, CfnOutput, Duration, Stack, aws_iam, aws_sagemaker
from aws_cdk.region_info import FactName
from constructs import Construct

from sagemaker_inference_experiment import Conclusion, InferenceExperiment, ModelVariant, Schedule

INSTANCE_TYPE = "ml.m5.xlarge"
PRODUCTION = "AllTraffic"
CONCLUSIONS = {
    "promote": Conclusion.promote_shadow(reason="as accurate as production, and quicker"),
    "remove": Conclusion.remove_shadow(reason="no better than production"),
    "cancel": Conclusion.cancel(reason="called off"),
}


class SentimentStack(Stack):
    """Two models from the Hugging Face hub in AWS's own inference container, an endpoint, and the test."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        role = aws_iam.Role(
            self,
            "SageMakerRole",
            assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"),
            managed_policies=[aws_iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSageMakerFullAccess")],
        )
        current = self._model("CurrentModel", role, "distilbert/distilbert-base-uncased-finetuned-sst-2-english")
        candidate = self._model("CandidateModel", role, "cardiffnlp/twitter-roberta-base-sentiment-latest")
        config = aws_sagemaker.CfnEndpointConfig(
            self,
            "EndpointConfig",
            production_variants=[
                aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    variant_name=PRODUCTION,
                    model_name=current.attr_model_name,
                    instance_type=INSTANCE_TYPE,
                    initial_instance_count=1,
                    initial_variant_weight=1,
                )
            ],
        )
        endpoint = aws_sagemaker.CfnEndpoint(self, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)
        test = InferenceExperiment(
            self,
            "ShadowTest",
            endpoint=endpoint,
            role=role,
            shadow_variant=ModelVariant(model=candidate),
            sampling_percentage=int(self.node.try_get_context("sampling") or 10),
            schedule=Schedule.start_now(for_=Duration.days(7)),
            description="Does the new model keep up?",
            conclusion=self._conclusion(),
            run=self.node.try_get_context("run"),
        )
        CfnOutput(self, "ExperimentName", value=test.experiment_name)
        CfnOutput(self, "ExperimentStatus", value=test.experiment_status)
        CfnOutput(self, "EndpointName", value=endpoint.attr_endpoint_name)

    def _conclusion(self) -> Conclusion | None:
        asked = self.node.try_get_context("conclude")
        if asked and asked not in CONCLUSIONS:
            raise ValueError(f"-c conclude={asked}: must be {' or '.join(CONCLUSIONS)}")
        return CONCLUSIONS[asked] if asked else None

    def _model(self, id: str, role: aws_iam.IRole, hub_model: str) -> aws_sagemaker.CfnModel:
        account = self.regional_fact(FactName.DLC_REPOSITORY_ACCOUNT)
        image = "huggingface-pytorch-inference:2.1.0-transformers4.37.0-cpu-py310-ubuntu22.04"
        model = aws_sagemaker.CfnModel(
            self,
            id,
            execution_role_arn=role.role_arn,
            primary_container=aws_sagemaker.CfnModel.ContainerDefinitionProperty(
                image=f"{account}.dkr.ecr.{self.region}.{self.url_suffix}/{image}",
                environment={"HF_MODEL_ID": hub_model, "HF_TASK": "text-classification"},
            ),
        )
        model.node.add_dependency(role)
        return model


app = App()
SentimentStack(app, "ShadowTestDemo")
app.synth()
