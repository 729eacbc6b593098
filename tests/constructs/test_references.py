"""References to endpoints and models as in common libraries: by name, by ARN, of this stack or another."""

from typing import Any

import jsii
import pytest
from aws_cdk import Stack, aws_ecr, aws_sagemaker
from aws_cdk.assertions import Template
from aws_cdk.aws_sagemaker_alpha import (
    ContainerDefinition,
    ContainerImage,
    Endpoint,
    EndpointConfig,
    InstanceProductionVariantProps,
    Model,
)
from aws_cdk.interfaces.aws_sagemaker import EndpointReference, IEndpointRef

from sagemaker_inference_experiment import Conclusion, InvalidExperimentError, ModelVariant
from sagemaker_inference_experiment._reflection import has
from tests.support.experiments import RESOURCE_TYPE
from tests.support.kernel import round_trips


def alphas_model(stack: Stack) -> Model:
    repository = aws_ecr.Repository.from_repository_name(stack, "Image", "ranking")
    image = ContainerImage.from_ecr_repository(repository, "latest")
    return Model(stack, "Model", containers=[ContainerDefinition(image=image)])


def alphas_endpoint(stack: Stack, *variants: str) -> Endpoint:
    model = alphas_model(stack)
    config = EndpointConfig(
        stack,
        "Config",
        instance_production_variants=[
            InstanceProductionVariantProps(model=model, variant_name=variant) for variant in variants
        ],
    )
    return Endpoint(stack, "Endpoint", endpoint_config=config)


def variant(model: Any) -> ModelVariant:
    return ModelVariant(model=model, variant_name="Shadow-01", instance_type="ml.m5.xlarge")


def shadow_model_of(properties: dict[str, Any]) -> Any:
    return properties["ModelVariants"][1]["ModelName"]


def test_an_endpoint_of_aws_sagemaker_alpha_goes_by_its_name(declared: Any) -> None:
    endpoint = alphas_endpoint(declared.stack, "AllTraffic")

    properties = declared.rendered(endpoint=endpoint)

    assert properties["EndpointName"] == declared.stack.resolve(endpoint.endpoint_name)
    assert properties["EndpointName"]["Fn::GetAtt"][1] == "EndpointName"


def test_a_model_of_aws_sagemaker_alpha_goes_by_its_name(declared: Any) -> None:
    model = alphas_model(declared.stack)

    properties = declared.rendered(shadow_variant=variant(model))

    assert shadow_model_of(properties) == declared.stack.resolve(model.model_name)
    assert shadow_model_of(properties)["Fn::GetAtt"][1] == "ModelName"


def test_what_aws_sagemaker_alpha_imports_goes_by_its_name(declared: Any) -> None:
    properties = declared.rendered(
        endpoint=Endpoint.from_endpoint_name(declared.stack, "Endpoint", "shop"),
        shadow_variant=variant(Model.from_model_name(declared.stack, "Model", "challenger")),
    )

    assert properties["EndpointName"] == "shop"
    assert shadow_model_of(properties) == "challenger"


def test_what_an_import_has_is_known_without_a_request(declared: Any) -> None:
    imported = Endpoint.from_endpoint_name(declared.stack, "Imported", "shop")

    with round_trips() as requests:
        assert has(imported, "endpoint_name")

    assert requests == []


def test_what_aws_sagemaker_alpha_renders_late_is_left_to_the_deployment(declared: Any) -> None:
    endpoint = alphas_endpoint(declared.stack, "AllTraffic", "Other")

    assert declared.rendered(endpoint=endpoint)


def test_an_endpoint_and_a_model_may_be_of_another_stack(declared: Any) -> None:
    serving = Stack(declared.app, "Serving")
    endpoint = aws_sagemaker.CfnEndpoint(serving, "Endpoint", endpoint_config_name="config")
    model = aws_sagemaker.CfnModel(serving, "Model")

    properties = declared.rendered(endpoint=endpoint, shadow_variant=variant(model), conclusion=Conclusion.cancel())

    assert "ServingEndpoint" in properties["EndpointName"]["Fn::ImportValue"].replace(":ExportsOutputFnGetAtt", "")
    assert "FnGetAttModelModelName" in shadow_model_of(properties)["Fn::ImportValue"]


@jsii.implements(IEndpointRef)
class OthersEndpoint:
    """An endpoint of another library's, of which only the reference is known."""

    def __init__(self, endpoint_arn: str) -> None:
        self._endpoint_arn = endpoint_arn

    @property
    def endpoint_ref(self) -> EndpointReference:
        return EndpointReference(endpoint_arn=self._endpoint_arn)


def watched_endpoint(declared: Any, endpoint: OthersEndpoint) -> Any:
    metric = declared.experiment(endpoint=endpoint).shadow_variant.metric_invocations()
    return declared.stack.resolve(metric.dimensions["EndpointName"])


def test_a_reference_to_an_endpoint_of_the_app_goes_by_the_name_that_cloudwatch_knows(declared: Any) -> None:
    endpoint = aws_sagemaker.CfnEndpoint(
        declared.stack, "Endpoint", endpoint_config_name="config", endpoint_name="Shop-Ranking"
    )

    assert watched_endpoint(declared, OthersEndpoint(endpoint.ref)) == {"Fn::GetAtt": ["Endpoint", "EndpointName"]}


def test_of_another_there_is_only_the_name_in_the_arn(declared: Any) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/shop-ranking"

    assert watched_endpoint(declared, OthersEndpoint(arn)) == "shop-ranking"


def test_a_change_of_the_endpoints_configuration_reaches_the_experiment(declared: Any) -> None:
    config = aws_sagemaker.CfnEndpointConfig(declared.stack, "Config", production_variants=[])
    endpoint = aws_sagemaker.CfnEndpoint(
        declared.stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name
    )

    for number, given in enumerate((endpoint, endpoint.attr_endpoint_name)):
        declared.experiment(f"Test{number}", endpoint=given)
    rendered = [
        resource["Properties"]["EndpointConfigName"]
        for resource in declared.template.find_resources(RESOURCE_TYPE).values()
    ]

    assert rendered == [{"Fn::GetAtt": ["Config", "EndpointConfigName"]}] * 2


def test_a_configuration_of_another_stack_is_not_exported(declared: Any) -> None:
    serving = Stack(declared.app, "Serving")
    config = aws_sagemaker.CfnEndpointConfig(serving, "Config", production_variants=[])
    endpoint = aws_sagemaker.CfnEndpoint(serving, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)

    assert "EndpointConfigName" not in declared.rendered(endpoint=endpoint)
    assert "EndpointConfigName" not in str(Template.from_stack(serving).to_json().get("Outputs"))


def test_a_fault_of_the_configurations_name_names_the_parameter(declared: Any) -> None:
    endpoint = aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name="not valid")

    with pytest.raises(InvalidExperimentError, match=r"\bendpoint \(EndpointConfigName\) is 'not valid'"):
        declared.experiment(endpoint=endpoint)
