"""Endpoints and models of the app that SageMaker does not support in shadow tests."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Aws, CfnCondition, CfnParameter, Fn, Token, aws_sagemaker

from sagemaker_inference_experiment import Conclusion, InvalidExperimentError, ModelVariant

SERVED: dict[str, Any] = {"model_name": "champion", "initial_variant_weight": 1}


def config(declared: Any, *variants: dict[str, Any], **more: Any) -> aws_sagemaker.CfnEndpointConfig:
    return aws_sagemaker.CfnEndpointConfig(
        declared.stack,
        "Config",
        production_variants=[
            aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty(**(SERVED | variant)) for variant in variants
        ],
        **more,
    )


ON_INSTANCES = {"variant_name": "AllTraffic", "instance_type": "ml.m5.xlarge", "initial_instance_count": 1}
SERVERLESS = {
    "variant_name": "AllTraffic",
    "serverless_config": aws_sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
        max_concurrency=5, memory_size_in_mb=1024
    ),
}
ASYNCHRONOUS = {
    "async_inference_config": aws_sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty(
        output_config=aws_sagemaker.CfnEndpointConfig.AsyncInferenceOutputConfigProperty(s3_output_path="s3://out")
    )
}
EXCLUDED_ENDPOINTS: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([ON_INSTANCES], ASYNCHRONOUS, "is asynchronous (AsyncInferenceConfig), must be a real-time endpoint"),
    ([SERVERLESS], {}, "has serverless variant 'AllTraffic' (ServerlessConfig), must run on instances"),
    (
        [ON_INSTANCES, ON_INSTANCES | {"variant_name": "Other"}],
        {},
        "has 2 production variants ('AllTraffic', 'Other'), must have exactly one",
    ),
]


def endpoint_with(declared: Any, variants: list[dict[str, Any]], more: dict[str, Any]) -> aws_sagemaker.CfnEndpoint:
    name = config(declared, *variants, **more).attr_endpoint_config_name
    return aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name=name)


@pytest.mark.parametrize(
    ("variants", "more", "problem"), EXCLUDED_ENDPOINTS, ids=["asynchronous", "serverless", "several variants"]
)
def test_an_endpoint_of_the_app_that_has_no_shadow_tests_is_refused(
    declared: Any, variants: list[dict[str, Any]], more: dict[str, Any], problem: str
) -> None:
    endpoint = endpoint_with(declared, variants, more)

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=endpoint)

    assert f"endpoint configuration Demo/Config {problem}" in str(raised.value)


@pytest.mark.parametrize("literal", [False, True], ids=["by a reference", "by a literal name"])
def test_an_endpoint_is_known_by_the_names_that_the_app_gives(declared: Any, literal: bool) -> None:
    serverless = config(declared, SERVERLESS, endpoint_config_name="shop-config")
    named = serverless.endpoint_config_name if literal else serverless.attr_endpoint_config_name
    endpoint = aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name=named or "")

    def declare() -> None:
        declared.experiment(endpoint=endpoint.attr_endpoint_name)
        declared.app.synth()

    # A literal name is looked up at synth.
    with pytest.raises(RuntimeError if literal else InvalidExperimentError, match="has serverless variant 'AllTraff"):
        declare()


def test_a_test_that_is_over_may_have_any_endpoint(declared: Any) -> None:
    endpoint = endpoint_with(declared, [SERVERLESS], {})

    assert declared.rendered(endpoint=endpoint, conclusion=Conclusion.remove_shadow())


def perhaps(value: Any) -> Any:
    return Fn.condition_if("IsLarge", value, Aws.NO_VALUE)


def model_with(declared: Any, **parameters: Any) -> dict[str, Any]:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", **parameters)
    return {"shadow_variant": ModelVariant(model=model, variant_name="Shadow-01", instance_type="ml.m5.xlarge")}


def on(declared: Any, *variants: Any, **more: Any) -> dict[str, Any]:
    """An endpoint with these variants, of which the first is a dictionary."""
    of_first, *others = variants
    configured = config(declared, ON_INSTANCES | of_first, **more)
    if others:
        configured.production_variants = [*configured.production_variants, *others]  # type: ignore[misc]
    name = configured.attr_endpoint_config_name
    return {"endpoint": aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name=name)}


CONDITIONAL: dict[str, Callable[[Any], dict[str, Any]]] = {
    "a second variant": lambda declared: on(declared, {}, perhaps({"VariantName": "Other"})),
    "serverless": lambda declared: on(
        declared, {"serverless_config": perhaps({}), "instance_type": Token.as_string(perhaps("ml.m5.xlarge"))}
    ),
    "serverless, without a type": lambda declared: on(
        declared, {"serverless_config": perhaps({}), "instance_type": None}
    ),
    "an accelerator": lambda declared: on(declared, {"accelerator_type": Token.as_string(perhaps("ml.eia1.medium"))}),
    "asynchronous": lambda declared: on(declared, {}, async_inference_config=perhaps({})),
    "a second container": lambda declared: model_with(declared, containers=[container(), perhaps({})]),
    "containers called one by one": lambda declared: model_with(
        declared, primary_container=container(), inference_execution_config=perhaps({})
    ),
}


@pytest.mark.parametrize("changes", CONDITIONAL.values(), ids=CONDITIONAL)
def test_what_a_condition_may_take_away_passes(declared: Any, changes: Callable[[Any], dict[str, Any]]) -> None:
    CfnCondition(declared.stack, "IsLarge", expression=Fn.condition_equals(Aws.REGION, "eu-west-1"))

    assert declared.rendered(**changes(declared))


def test_an_endpoint_of_the_app_that_can_be_shadowed_passes(declared: Any) -> None:
    endpoint = endpoint_with(declared, [ON_INSTANCES], {})

    assert declared.rendered(endpoint=endpoint)


def test_an_endpoint_whose_configuration_is_only_named_passes(declared: Any) -> None:
    endpoint = aws_sagemaker.CfnEndpoint(
        declared.stack, "Endpoint", endpoint_config_name=f"{CfnParameter(declared.stack, 'Of').value_as_string}-config"
    )

    assert declared.rendered(endpoint=endpoint)


def container(**more: Any) -> aws_sagemaker.CfnModel.ContainerDefinitionProperty:
    return aws_sagemaker.CfnModel.ContainerDefinitionProperty(image="image", **more)


DIRECT = aws_sagemaker.CfnModel.InferenceExecutionConfigProperty(mode="Direct")


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"containers": [container(), container()]}, "has 2 containers, must have one"),
        ({"containers": [container(mode="MultiModel")]}, "has Mode MultiModel, must be a single model"),
        ({"primary_container": container(mode="MultiModel")}, "has Mode MultiModel, must be a single model"),
        (
            {"primary_container": container(), "inference_execution_config": DIRECT},
            "has an InferenceExecutionConfig, which is for several containers",
        ),
    ],
    ids=["several containers", "multi-model", "multi-model, alone", "called one by one"],
)
def test_a_model_of_the_app_that_has_no_shadow_tests_is_refused(
    declared: Any, parameters: dict[str, Any], problem: str
) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", **parameters)
    shadow = ModelVariant(model=model, variant_name="Shadow-01", instance_type="ml.m5.xlarge")

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(shadow_variant=shadow)

    assert f"shadow_variant.model is Demo/Model, which {problem}" in str(raised.value)


@pytest.mark.parametrize(
    "parameters",
    [{"primary_container": container(mode="SingleModel")}, {"containers": [container()]}],
    ids=["primary", "in a list"],
)
def test_a_model_of_the_app_with_one_container_passes(declared: Any, parameters: dict[str, Any]) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", **parameters)

    assert declared.rendered(
        production_variant=ModelVariant(model=model, variant_name="AllTraffic", instance_type="ml.m5.xlarge")
    )


def test_a_model_is_known_by_its_attribute(declared: Any) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", containers=[container(), container()])
    shadow = ModelVariant(model=model.attr_model_name, variant_name="Shadow-01", instance_type="ml.m5.xlarge")

    with pytest.raises(InvalidExperimentError, match="has 2 containers"):
        declared.experiment(shadow_variant=shadow)


def test_inf1_instances_are_refused(declared: Any) -> None:
    shadow = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.inf1.xlarge")

    with pytest.raises(InvalidExperimentError, match="must not be Inf1, which SageMaker does not support"):
        declared.experiment(shadow_variant=shadow)


def as_served(declared: Any) -> dict[str, Any]:
    """Production is taken from an endpoint of the app whose model has two containers."""
    model = aws_sagemaker.CfnModel(declared.stack, "Model", containers=[container(), container()])
    served = ON_INSTANCES | {"model_name": model.attr_model_name}
    return {"endpoint": endpoint_with(declared, [served], {}), "production_variant": None}


def test_so_is_the_model_that_the_endpoint_serves_if_production_is_taken_from_it(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError, match="the model of endpoint configuration Demo/Config is Demo/Model"):
        declared.experiment(**as_served(declared))


def test_a_later_run_may_be_on_the_model_that_an_earlier_run_promoted(declared: Any) -> None:
    assert declared.experiment(**as_served(declared), run="2")


def test_what_the_app_shows_is_said_along_with_the_rest(declared: Any) -> None:
    endpoint = endpoint_with(declared, *EXCLUDED_ENDPOINTS[2][:2])
    model = aws_sagemaker.CfnModel(declared.stack, "Model", containers=[container(), container()])

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            endpoint=endpoint,
            sampling_percentage=101,
            production_variant=ModelVariant(model=model, variant_name="AllTraffic", instance_type="ml.m5.xlarge"),
        )

    for words in (
        "sampling_percentage (SamplingPercentage) is 101",
        "has 2 production variants",
        "production_variant.model is Demo/Model, which has 2 contain",
    ):
        assert words in str(raised.value)
