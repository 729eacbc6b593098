"""Values that the CDK CLI looks up. The app first runs with placeholders, and the CLI looks up only what passes synth.

The checks are made when the app runs again, with the values.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from aws_cdk import App, Aws, Duration, Environment, Stack, Tags, aws_iam, aws_sagemaker, aws_ssm
from aws_cdk.assertions import Annotations, Match

from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    DataCapture,
    Gate,
    InferenceExperiment,
    InferenceExperimentProvider,
    ModelVariant,
    OnDelete,
    Schedule,
    VariantAction,
)
from tests.support.experiments import experiment_in

NAME = "/shop/value"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "Demo", env=Environment(account="123456789012", region="us-east-1"))


def looked_up(stack: Stack) -> Any:
    return aws_ssm.StringParameter.value_from_lookup(stack, NAME)


def missing(stack: Stack) -> list[str]:
    """The parameters that the CDK CLI looks up after synth."""
    app = cast("App", stack.node.root)
    manifest = json.loads((Path(app.synth().directory) / "manifest.json").read_text())
    return [each["props"]["parameterName"] for each in manifest["missing"]]


def production(**given: Any) -> ModelVariant:
    return ModelVariant(**{"model": "champion", "variant_name": "AllTraffic", "instance_type": "ml.m5.xlarge"} | given)


def shadow(**given: Any) -> dict[str, Any]:
    return {"shadow_variant": ModelVariant(**{"model": "challenger"} | given)}


def promotion(**given: Any) -> dict[str, Any]:
    return {"conclusion": Conclusion.promote_shadow(**given)}


def gate(criterion: Criterion) -> dict[str, Any]:
    return {"promote_if": Gate(criteria=[criterion])}


PARAMETERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "endpoint": lambda value: {"endpoint": value},
    "experiment_name": lambda value: {"experiment_name": f"test-of-{value}"},
    "part of a name": lambda value: {"experiment_name": f"{Aws.STACK_NAME}-{value}"},
    "run": lambda value: {"run": value},
    "description": lambda value: {"description": f"a test of {value}"},
    "kms_key": lambda value: {"kms_key": value},
    "sampling_percentage": lambda value: {"sampling_percentage": value},
    "sampling of a promotion": lambda value: {"sampling_percentage": value, **promotion()},
    "shadow model": lambda value: shadow(model=value),
    "shadow name": lambda value: shadow(variant_name=value),
    "shadow name at the end": lambda value: {**shadow(variant_name=value), **promotion()},
    "shadow instance type": lambda value: shadow(instance_type=value),
    "shadow instance count": lambda value: shadow(instance_type="ml.m5.xlarge", instance_count=value),
    "production model": lambda value: {"production_variant": production(model=value)},
    "production name": lambda value: {"production_variant": production(variant_name=value)},
    "production instance type": lambda value: {"production_variant": production(instance_type=value)},
    "production instance count": lambda value: {
        "production_variant": production(instance_count=value),
        **shadow(instance_type="ml.m5.xlarge", instance_count=1),
        **promotion(),
    },
    "part of an ARN of a key": lambda value: {"kms_key": f"arn:aws:kms:{value}:123456789012:key/1234"},
    "name of a variant at the end": lambda value: {
        "production_variant": production(),
        **shadow(variant_name="Shadow-01", instance_type="ml.m5.xlarge", instance_count=1),
        "conclusion": Conclusion(
            shadow=VariantAction.RETAIN,
            shadow_instance_count=2,
            desired_variants=(production(variant_name=value, instance_count=1),),
        ),
    },
    "name of a promoted variant": lambda value: {
        **shadow(instance_type="ml.m5.xlarge", instance_count=0),
        "conclusion": Conclusion(
            production=VariantAction.REMOVE,
            shadow=VariantAction.PROMOTE,
            desired_variants=(
                ModelVariant(model="challenger", variant_name=value, instance_type="ml.m5.xlarge", instance_count=2),
            ),
        ),
    },
    "start": lambda value: {"schedule": Schedule(start=value)},
    "end": lambda value: {"schedule": Schedule.start_now(until=value)},
    "destination": lambda value: {"data_capture": DataCapture(destination=value)},
    "content type": lambda value: {"data_capture": DataCapture(destination="s3://b", csv_content_types=[value])},
    "reason": lambda value: promotion(reason=value),
    "promoted instance type": lambda value: promotion(instance_type=value),
    "promoted instance count": lambda value: promotion(instance_count=value),
    "reason on delete": lambda value: {"on_delete": OnDelete(conclusion=Conclusion.cancel(reason=value))},
    "tag": lambda value: {"tags": {"team": value}},
    "criterion": lambda value: gate(Criterion.metric(namespace=value, metric_name=value, statistic=value, min=1)),
    "limit": lambda value: gate(Criterion.traffic(min_invocations=value)),
    "limit with decimals": lambda value: gate(Criterion.latency(statistic="p99", max_ratio=value)),
}


def endpoint_in(stack: Stack, *, name: str = "AllTraffic", shadow_name: str | None = None) -> aws_sagemaker.CfnEndpoint:
    def served(variant_name: str, model: str) -> aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        return aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=variant_name,
            model_name=model,
            instance_type="ml.m5.xlarge",
            initial_instance_count=2,
            initial_variant_weight=1,
        )

    config = aws_sagemaker.CfnEndpointConfig(
        stack,
        "Config",
        production_variants=[served(name, "champion")],
        shadow_production_variants=[served(shadow_name, "challenger")] if shadow_name is not None else None,
    )
    return aws_sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)


@pytest.mark.parametrize("in_the_app", [False, True], ids=["", "with the endpoint in the app"])
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_parameter_that_is_looked_up(stack: Stack, parameter: str, in_the_app: bool) -> None:
    given = PARAMETERS[parameter](looked_up(stack))
    if in_the_app:
        given = {"endpoint": endpoint_in(stack), **given}

    experiment_in(stack, **given)
    # Synth then checks the tags, and with them all properties.
    Tags.of(stack).add("team", "shop")

    assert missing(stack) == [NAME]


@pytest.mark.parametrize(
    "looked_up_name", [{"shadow_name": NAME}, {"name": NAME, "shadow_name": "Shadow-2"}], ids=["shadow", "production"]
)
def test_names_in_the_configuration_that_are_looked_up(stack: Stack, looked_up_name: dict[str, str]) -> None:
    names = {key: looked_up(stack) if value == NAME else value for key, value in looked_up_name.items()}

    experiment_in(stack, endpoint=endpoint_in(stack, **names), production_variant=None, **shadow())

    assert missing(stack) == [NAME]


def test_an_instance_type_that_is_looked_up_has_no_warning(stack: Stack) -> None:
    experiment_in(stack, **shadow(instance_type=looked_up(stack)))

    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


@pytest.mark.parametrize("setting", ["memory_size", "reserved_concurrent_executions"])
def test_a_setting_of_the_provider_that_is_looked_up(stack: Stack, setting: str) -> None:
    InferenceExperimentProvider.for_stack(stack, **cast("Any", {setting: looked_up(stack)}))

    assert missing(stack) == [NAME]


def test_parts_of_arns_that_are_looked_up(stack: Stack) -> None:
    value = looked_up(stack)
    alarm = f"arn:aws:cloudwatch:{value}:123456789012:alarm:slow"
    role = aws_iam.Role.from_role_arn(stack, "Role", f"arn:aws:iam::{value}:role/test")

    experiment_in(stack, role=role).end_on(alarm)
    for number, arn in enumerate((value, f"arn:aws:sagemaker:{value}:123456789012:inference-experiment/mine")):
        imported = InferenceExperiment.from_experiment_attributes(
            stack,
            f"Imported{number}",
            experiment_arn=arn,
            endpoint_name="shop",
            production_variant_name="AllTraffic",
            shadow_variant_name="Shadow",
        )
        imported.alarm_shadow_error_rate(stack, f"Errors{number}")

    assert missing(stack) == [NAME]


def test_two_names_that_differ_in_case_are_looked_up_separately(stack: Stack) -> None:
    for index, name in enumerate(("/shop/Name", "/shop/name")):
        value = aws_ssm.StringParameter.value_from_lookup(stack, name)
        schedule = Schedule.start_at("2030-06-01T00:00:00Z", for_=Duration.days(7))
        experiment_in(stack, f"ShadowTest{index}", experiment_name=value, endpoint=value, schedule=schedule)

    assert sorted(missing(stack)) == ["/shop/Name", "/shop/name"]


def test_an_alarm_and_the_time_of_an_end_that_are_looked_up(stack: Stack) -> None:
    experiment = experiment_in(stack)
    experiment.end_on(looked_up(stack), reason=looked_up(stack))
    InferenceExperiment.from_experiment_name(stack, "Imported", looked_up(stack))
    experiment.alarm_ends_soon(stack, "EndsSoon", before=Duration.hours(24), end_time=looked_up(stack))

    assert missing(stack) == [NAME]
