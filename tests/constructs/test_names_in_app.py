"""Endpoints and models that are given by a name that a resource of the app has: it is found at synth."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import (
    App,
    Aws,
    CfnCondition,
    CfnParameter,
    CfnResource,
    Environment,
    Fn,
    Stack,
    Stage,
    aws_cloudwatch,
    aws_sagemaker,
)
from aws_cdk.aws_sagemaker_alpha import Endpoint

from sagemaker_inference_experiment import Conclusion, InferenceExperiment, ModelVariant, OnDelete

Variant = aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty
Container = aws_sagemaker.CfnModel.ContainerDefinitionProperty
PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")
NAME: Any = "shop"


def serve(stack: Stack, *, name: str | None = NAME, instance_type: str = "ml.g5.xlarge") -> aws_sagemaker.CfnEndpoint:
    """An endpoint that serves production on another instance type than is declared."""
    served = Variant(
        variant_name="AllTraffic", model_name="champion", instance_type=instance_type, initial_variant_weight=1
    )
    config = aws_sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[served])
    return aws_sagemaker.CfnEndpoint(
        stack, "Endpoint", endpoint_name=name, endpoint_config_name=config.attr_endpoint_config_name
    )


def depends_on(declared: Any) -> set[str]:
    """What the only experiment depends on."""
    (experiment,) = declared.template.find_resources("Custom::SageMakerInferenceExperiment").values()
    return set(experiment["DependsOn"])


def model(stack: Stack, *, several: bool = False, **name: Any) -> aws_sagemaker.CfnModel:
    containers = [Container(image="image")] * (2 if several else 1)
    return aws_sagemaker.CfnModel(stack, "Model", containers=containers, **name)


PROBLEM = "production_variant.instance_type is 'ml.m5.xlarge', must be 'ml.g5.xlarge' as in endpoint configuration"


def refused(app: App) -> str:
    with pytest.raises(RuntimeError) as raised:
        app.synth()
    return str(raised.value)


NAMES: dict[str, Callable[[aws_sagemaker.CfnEndpoint], str]] = {
    "literal": lambda _: "shop",
    "literal, in other letters": lambda _: "Shop",
    "joined": lambda endpoint: Fn.join("", [endpoint.attr_endpoint_name]),
    "joined of literals": lambda _: Fn.join("", ["sh", "op"]),
    "substituted": lambda _: Fn.sub("${Endpoint.EndpointName}"),
    "substituted by a value": lambda endpoint: Fn.sub("${Name}", {"Name": endpoint.attr_endpoint_name}),
}


@pytest.mark.parametrize("given", NAMES.values(), ids=NAMES)
def test_an_endpoint_of_the_app_is_known_by_its_name(
    declared: Any, given: Callable[[aws_sagemaker.CfnEndpoint], str]
) -> None:
    declared.experiment(endpoint=given(serve(declared.stack)))

    said = refused(declared.app)

    assert f"Demo/ShadowTest: {PROBLEM} Demo/Config" in said


@pytest.mark.parametrize(
    ("named", "given"),
    [
        (lambda stack: f"shop-{stack.region}", lambda stack: f"shop-{stack.region}"),
        (lambda stack: f"shop-{stack.region}", lambda _: Fn.sub("shop-${AWS::Region}")),
        (lambda _: Fn.join("-", ["shop", Aws.REGION]), lambda stack: f"shop-{stack.region}"),
    ],
    ids=["f-strings", "substituted", "joined"],
)
def test_so_it_is_by_a_name_of_several_parts(
    declared: Any, named: Callable[[Stack], str], given: Callable[[Stack], str]
) -> None:
    serve(declared.stack, name=named(declared.stack))
    declared.experiment(endpoint=given(declared.stack))

    assert PROBLEM in refused(declared.app)


def test_so_it_is_by_the_region_of_its_stack(declared_in_dublin: Any) -> None:
    serve(declared_in_dublin.stack, name="shop-eu-west-1")
    declared_in_dublin.experiment(endpoint=Fn.sub("shop-${AWS::Region}"))

    assert PROBLEM in refused(declared_in_dublin.app)


def test_so_it_is_by_the_name_of_an_import(declared: Any) -> None:
    serve(declared.stack)
    declared.experiment(endpoint=Endpoint.from_endpoint_name(declared.stack, "Import", "shop"))

    assert PROBLEM in refused(declared.app)


def test_an_endpoint_may_be_made_after_the_experiment(declared: Any) -> None:
    declared.experiment(endpoint="shop")
    serve(declared.stack)

    assert PROBLEM in refused(declared.app)


def test_so_may_one_of_another_stack(declared: Any) -> None:
    declared.experiment(endpoint="shop")
    serve(Stack(declared.app, "Serving"))

    assert f"{PROBLEM} Serving/Config" in refused(declared.app)


def other_account(app: App) -> Stack:
    return Stack(app, "Serving", env=Environment(account="222222222222", region="us-east-1"))


@pytest.mark.parametrize(
    "elsewhere",
    [other_account, lambda app: Stack(Stage(app, "Stage"), "Serving")],
    ids=["another account", "another stage"],
)
def test_a_name_elsewhere_is_another_name(declared: Any, elsewhere: Callable[[App], Stack]) -> None:
    serve(elsewhere(declared.app))

    assert declared.rendered(endpoint="shop")


@pytest.mark.parametrize("attribute", ["ref", "attr_endpoint_name"])
def test_any_reference_to_an_endpoint_goes_by_its_name(declared: Any, attribute: str) -> None:
    endpoint = serve(declared.stack, instance_type="ml.m5.xlarge")

    properties = declared.rendered(endpoint=f"{getattr(endpoint, attribute)}")

    assert properties["EndpointName"] == {"Fn::GetAtt": ["Endpoint", "EndpointName"]}


def test_any_reference_to_a_model_goes_by_its_name(declared: Any) -> None:
    properties = declared.rendered(shadow_variant=replace(SHADOW, model=model(declared.stack).ref))

    assert properties["ModelVariants"][1]["ModelName"] == {"Fn::GetAtt": ["Model", "ModelName"]}


@pytest.mark.parametrize(
    "expression",
    [Fn.sub("${Endpoint}"), Fn.sub("${Endpoint.EndpointArn}"), Fn.join("", [Fn.ref("Endpoint")])],
    ids=["a reference in Fn.sub", "the ARN in Fn.sub", "a reference in Fn.join"],
)
def test_an_expression_that_returns_the_arn_of_an_endpoint_is_refused(declared: Any, expression: str) -> None:
    serve(declared.stack, instance_type="ml.m5.xlarge")
    declared.experiment(endpoint=expression)

    assert "endpoint is an expression that refers to Demo/Endpoint, but does not return its name" in refused(
        declared.app
    )


def test_an_expression_that_returns_the_arn_of_a_model_is_refused(declared: Any) -> None:
    model(declared.stack)
    declared.experiment(shadow_variant=replace(SHADOW, model=Fn.sub("${Model}")))

    assert "shadow_variant.model is an expression that refers to Demo/Model, but does not return its name" in refused(
        declared.app
    )


def test_an_expression_may_return_the_name(declared: Any) -> None:
    serve(declared.stack, instance_type="ml.m5.xlarge")

    properties = declared.rendered(endpoint=Fn.sub("${Endpoint.EndpointName}"))

    assert properties["EndpointName"] == {"Fn::Sub": "${Endpoint.EndpointName}"}


def test_a_model_of_the_app_is_known_by_its_name(declared: Any) -> None:
    declared.experiment()
    model(declared.stack, model_name="challenger", several=True)

    assert "Demo/ShadowTest: shadow_variant.model is Demo/Model, which has 2 containers" in refused(declared.app)


def test_all_experiments_are_refused_at_once(declared: Any) -> None:
    model(declared.stack, model_name="challenger", several=True)
    for number in range(2):
        declared.experiment(f"Test{number}", endpoint=f"shop-{number}")

    said = refused(declared.app)

    assert "Demo/Test0: shadow_variant.model" in said
    assert "Demo/Test1: shadow_variant.model" in said


def test_what_is_found_by_its_literal_name_is_made_before_the_experiment(declared: Any) -> None:
    declared.experiment(endpoint="shop")
    serve(declared.stack, instance_type="ml.m5.xlarge")
    model(declared.stack, model_name="challenger")

    assert {"Endpoint", "Model"} <= depends_on(declared)


def test_so_is_what_is_found_by_a_name_put_together_of_literals(declared: Any) -> None:
    declared.experiment(endpoint=Fn.join("", ["sh", "op"]))
    serve(declared.stack, instance_type="ml.m5.xlarge")

    assert "Endpoint" in depends_on(declared)


def resizing(model: str, parameter: str) -> dict[str, Any]:
    """The parameters of an experiment that ends with another model's variant."""
    conclusion = Conclusion(desired_variants=(replace(PRODUCTION, model=model, instance_count=2),))
    return {"conclusion": conclusion} if parameter == "conclusion" else {"on_delete": OnDelete(conclusion=conclusion)}


ENDINGS = {"conclusion": "conclusion", "on_delete": "on_delete.conclusion"}


@pytest.mark.parametrize("parameter", ENDINGS)
def test_a_model_of_desired_variants_is_made_before_the_experiment(declared: Any, parameter: str) -> None:
    declared.experiment(**resizing("contender", parameter))
    model(declared.stack, model_name="contender")

    assert "Model" in depends_on(declared)


@pytest.mark.parametrize(("parameter", "path"), ENDINGS.items())
def test_a_model_of_desired_variants_is_checked_like_every_other(declared: Any, parameter: str, path: str) -> None:
    declared.experiment(**resizing("contender", parameter))
    model(declared.stack, model_name="contender", several=True)

    assert f"{path}.desired_variants[0].model is Demo/Model, which has 2 containers" in refused(declared.app)


@pytest.mark.parametrize(("parameter", "path"), ENDINGS.items())
def test_an_expression_that_returns_the_arn_of_a_model_of_desired_variants_is_refused(
    declared: Any, parameter: str, path: str
) -> None:
    declared.experiment(**resizing(Fn.sub("${Model}"), parameter))
    model(declared.stack)

    assert f"{path}.desired_variants[0].model is an expression that refers to Demo/Model" in refused(declared.app)


@pytest.mark.parametrize(
    "name",
    [lambda _: "shop", lambda _: f"{Aws.STACK_NAME}-shop", lambda stack: CfnParameter(stack, "Name").value_as_string],
    ids=["literal", "of several parts", "a parameter"],
)
def test_an_endpoint_that_is_found_by_its_name_is_made_first_and_a_change_of_it_sends_an_update(
    declared: Any, name: Callable[[Stack], str]
) -> None:
    given = name(declared.stack)
    declared.experiment(endpoint=given)
    serve(declared.stack, name=given, instance_type="ml.m5.xlarge")

    assert "Endpoint" in depends_on(declared)
    assert declared.properties()["EndpointConfigName"] == {"Fn::GetAtt": ["Config", "EndpointConfigName"]}


def _substituted(experiment: InferenceExperiment) -> str:
    logical_id = Stack.of(experiment).resolve(_resource_of(experiment).logical_id)
    return Fn.sub(f"${{{logical_id}.Arn}}")


def _alarm(experiment: InferenceExperiment) -> str:
    """An alarm on the shadow variant, whose name is a reference."""
    metric = experiment.shadow_variant.metric_invocations()
    return aws_cloudwatch.Alarm(
        Stack.of(experiment), "Alarm", metric=metric, threshold=1, evaluation_periods=1
    ).alarm_name


REFERS: dict[str, Callable[[InferenceExperiment], str]] = {
    "directly": lambda experiment: experiment.experiment_name,
    "by a substitution": _substituted,
    "by another resource": _alarm,
}


def test_so_does_a_change_of_one_that_is_found_by_a_joined_reference(declared: Any) -> None:
    endpoint = serve(declared.stack, name=None, instance_type="ml.m5.xlarge")
    declared.experiment(endpoint=Fn.join("", [endpoint.attr_endpoint_name]))

    assert declared.properties()["EndpointConfigName"] == {"Fn::GetAtt": ["Config", "EndpointConfigName"]}


@pytest.mark.parametrize("refer", REFERS.values(), ids=REFERS)
@pytest.mark.parametrize("name", ["shop", f"{Aws.STACK_NAME}-shop"], ids=["literal", "of several parts"])
def test_an_endpoint_that_refers_to_the_experiment_is_not_made_before_it(
    declared: Any, name: str, refer: Callable[[InferenceExperiment], str]
) -> None:
    # The name of its shadow variant is an attribute.
    experiment = declared.experiment(
        endpoint=name, production_variant=None, shadow_variant=ModelVariant(model="challenger")
    )
    serve(declared.stack, name=name, instance_type="ml.m5.xlarge").tags.set_tag("test", refer(experiment))

    # The template has no circle, or this would raise an error.
    assert "Endpoint" not in depends_on(declared)
    assert "EndpointConfigName" not in declared.properties()


def test_a_change_of_an_endpoint_of_another_stack_sends_no_update(declared: Any) -> None:
    declared.experiment(endpoint="shop")
    serve(Stack(declared.app, "Serving"), instance_type="ml.m5.xlarge")

    assert "EndpointConfigName" not in declared.properties()


def test_an_endpoint_is_made_first_though_the_first_experiment_was_removed(declared: Any) -> None:
    declared.experiment("Removed")
    declared.stack.node.try_remove_child("Removed")
    declared.experiment(endpoint="shop")
    serve(declared.stack, instance_type="ml.m5.xlarge")

    assert "Endpoint" in depends_on(declared)


AFTER: dict[str, Callable[[InferenceExperiment, CfnResource], None]] = {
    "by the construct": lambda experiment, resource: resource.node.add_dependency(experiment),
    "by the resource": lambda experiment, resource: _add_dependency(resource, _resource_of(experiment)),
}


def _add_dependency(resource: CfnResource, on: CfnResource) -> None:
    # Older releases of CDK have only the method that newer ones deprecate.
    getattr(resource, "add_resource_dependency", resource.add_dependency)(on)


def _resource_of(experiment: InferenceExperiment) -> CfnResource:
    resource = experiment.node.default_child
    assert isinstance(resource, CfnResource)
    return resource


@pytest.mark.parametrize("depend", AFTER.values(), ids=AFTER)
@pytest.mark.parametrize("dependent", ["Model", "Endpoint", "Config"])
def test_what_depends_on_the_experiment_itself_is_not_made_before_it(
    declared: Any, depend: Callable[[InferenceExperiment, CfnResource], None], dependent: str
) -> None:
    experiment = declared.experiment(endpoint="shop")
    serve(declared.stack, instance_type="ml.m5.xlarge")
    model(declared.stack, model_name="challenger")
    depend(experiment, declared.stack.node.find_child(dependent))

    # The template has no circle, or this would raise an error.
    assert {"Endpoint", "Model"} & depends_on(declared) == ({"Endpoint"} if dependent == "Model" else {"Model"})


def test_names_that_nobody_knows_yet_pass(declared: Any) -> None:
    parameter = CfnParameter(declared.stack, "Name").value_as_string
    serve(declared.stack)

    properties = declared.rendered(endpoint=f"shop-{parameter}")

    assert properties["EndpointName"] == {"Fn::Join": ["", ["shop-", {"Ref": "Name"}]]}


def test_a_literal_name_of_a_configuration_is_found_in_any_stack(declared: Any) -> None:
    served = Variant(
        variant_name="AllTraffic", model_name="champion", instance_type="ml.g5.xlarge", initial_variant_weight=1
    )
    aws_sagemaker.CfnEndpointConfig(
        Stack(declared.app, "Serving"), "Config", endpoint_config_name="config", production_variants=[served]
    )
    aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_name="shop", endpoint_config_name="config")
    declared.experiment(endpoint="shop")

    assert f"{PROBLEM} Serving/Config" in refused(declared.app)


def test_the_endpoint_of_the_experiments_own_stack_is_meant(declared: Any) -> None:
    other = Stack(declared.app, "Other")
    serve(declared.stack)
    serve(other, instance_type="ml.m5.xlarge")

    assert declared.experiment_in(other, "ShadowTest", endpoint="shop", role=None)
    assert declared.app.synth()


def test_which_of_several_endpoints_is_meant_is_not_known(declared: Any) -> None:
    for id in ("One", "Two"):
        serve(Stack(declared.app, id))

    assert declared.rendered(endpoint="shop")


def test_whether_a_condition_makes_an_endpoint_is_not_known(declared: Any) -> None:
    condition = CfnCondition(declared.stack, "Serves", expression=Fn.condition_equals(Aws.REGION, "eu-west-1"))
    serve(declared.stack).cfn_options.condition = condition
    declared.experiment(endpoint="shop")

    # If there is one, it has to be made first.
    assert "Endpoint" in depends_on(declared)
