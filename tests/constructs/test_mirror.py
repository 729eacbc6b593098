"""The declared production variant, compared with the app's own endpoint configuration."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_cdk import Annotations, CfnParameter, Fn, aws_sagemaker
from aws_cdk.assertions import Annotations as Found
from aws_cdk.assertions import Match
from aws_cdk.aws_sagemaker_alpha import Model
from constructs import Construct

from sagemaker_inference_experiment import Conclusion, InvalidExperimentError, ModelVariant, Schedule

Variant = aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty
PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")


def endpoint(declared: Any, shadows: list[Any] | None = None, **changes: Any) -> aws_sagemaker.CfnEndpoint:
    served: dict[str, Any] = {
        "variant_name": "AllTraffic",
        "model_name": "champion",
        "instance_type": "ml.m5.xlarge",
        "initial_instance_count": 1,
        "initial_variant_weight": 1,
    }
    config = aws_sagemaker.CfnEndpointConfig(
        declared.stack,
        "Config",
        production_variants=[Variant(**(served | changes))],
        shadow_production_variants=shadows,
    )
    return aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)


def said(declared: Any, shadows: list[Any] | None = None, /, **changes: Any) -> list[str]:
    """The faults of an experiment on an endpoint that serves these variants."""
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=endpoint(declared, shadows, **changes))
    return [line.removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]


UNLESS = "as in endpoint configuration Demo/Config, unless the test has a conclusion"


@pytest.mark.parametrize(
    ("served", "problem"),
    [
        ({"variant_name": "primary"}, "variant_name is 'AllTraffic', must be 'primary'"),
        ({"instance_type": "ml.g5.xlarge"}, "instance_type is 'ml.m5.xlarge', must be 'ml.g5.xlarge'"),
        ({"model_name": "other"}, "model is 'champion', must be 'other'"),
    ],
    ids=["name", "type", "model"],
)
def test_a_production_variant_that_is_declared_otherwise_is_refused(
    declared: Any, served: dict[str, Any], problem: str
) -> None:
    assert said(declared, **served) == [f"production_variant.{problem} {UNLESS}"]


def test_all_differences_are_said_at_once(declared: Any) -> None:
    assert len(said(declared, variant_name="primary", instance_type="ml.g5.xlarge", model_name="other")) == 3


@pytest.mark.parametrize("count", [4, 0])
def test_an_instance_count_need_not_be_the_same(declared: Any, count: int) -> None:
    assert declared.experiment(endpoint=endpoint(declared, initial_instance_count=count))


def test_a_name_in_other_letters_is_the_same(declared: Any) -> None:
    assert declared.experiment(endpoint=endpoint(declared, model_name="Champion"))


EIA = {"accelerator_type": "ml.eia1.medium"}


@pytest.mark.parametrize(
    ("served", "problem"),
    [
        ({"instance_type": "ml.inf1.xlarge"}, "has variant 'AllTraffic' on 'ml.inf1.xlarge', must not run on Inf1"),
        (EIA, "has variant 'AllTraffic' with Elastic Inference ('ml.eia1.medium'), must have no accelerator"),
        ({"instance_type": None}, "has variant 'AllTraffic' without InstanceType, must run on instances of one type"),
        ({"model_name": None}, "has variant 'AllTraffic' without ModelName, which is for inference components, must"),
    ],
    ids=["Inf1", "Elastic Inference", "no type", "inference components"],
)
def test_a_variant_that_has_no_shadow_tests_is_refused(declared: Any, served: dict[str, Any], problem: str) -> None:
    assert said(declared, **served)[0].startswith(f"endpoint configuration Demo/Config {problem}")


def shadow(name: str) -> Variant:
    return Variant(variant_name=name, model_name="m", instance_type="ml.m5.xlarge", initial_variant_weight=1)


def test_a_shadow_variant_of_the_configurations_own_is_refused(declared: Any) -> None:
    assert said(declared, [shadow("Other")]) == [
        "endpoint configuration Demo/Config has shadow variant 'Other' (ShadowProductionVariants), must have none "
        "besides the experiment's own, 'Shadow-01': an endpoint can have only one"
    ]


OPEN = {"production_variant": None, "shadow_variant": ModelVariant(model="challenger")}
"""The names of both variants are left open."""


def test_a_shadow_variant_of_the_configurations_own_is_refused_for_a_later_run(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=endpoint(declared, [shadow("Other")]), **OPEN, run="2")

    assert (
        "endpoint configuration Demo/Config has shadow variant 'Other' (ShadowProductionVariants), must have none "
        "besides the experiment's own, 'Shadow' or 'Shadow-2': an endpoint can have only one"
    ) in str(raised.value)


@pytest.mark.parametrize("name", ["Shadow", "shadow", "Shadow-2"])
def test_a_shadow_variant_of_a_name_that_a_later_run_can_have_may_be_there(declared: Any, name: str) -> None:
    assert declared.experiment(endpoint=endpoint(declared, [shadow(name)]), **OPEN, run="2")


def test_an_existing_test_with_a_given_name_can_have_any_shadow_variant(declared: Any) -> None:
    name = {"experiment_name": "ranking", "adopt_existing": True}

    assert declared.experiment(endpoint=endpoint(declared, [shadow("Challenger")]), **OPEN, **name)


def test_a_shadow_variant_of_the_experiments_name_may_be_there(declared: Any) -> None:
    assert declared.experiment(endpoint=endpoint(declared, [shadow("Shadow-01")]))


def app_model(declared: Any, id: str, **name: Any) -> aws_sagemaker.CfnModel:
    return aws_sagemaker.CfnModel(declared.stack, id, **name)


MODELS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], str | None]] = {
    "another construct": (
        lambda declared: app_model(declared, "One"),
        lambda declared: app_model(declared, "Two").attr_model_name,
        "model is Demo/One, must be Demo/Two",
    ),
    "the same construct": (
        lambda declared: app_model(declared, "One").attr_model_name,
        lambda declared: declared.stack.node.find_child("One").attr_model_name,
        None,
    ),
    "a construct of that name": (
        lambda _: "champion",
        lambda declared: app_model(declared, "One", model_name="champion").attr_model_name,
        None,
    ),
    "a construct of another name": (
        lambda declared: app_model(declared, "One", model_name="other"),
        lambda _: "champion",
        "model is 'other', must be 'champion'",
    ),
    "a construct whose name is generated": (lambda declared: app_model(declared, "One"), lambda _: "champion", None),
    "an import of another name": (
        lambda declared: Model.from_model_name(declared.stack, "Imported", "other"),
        lambda _: "champion",
        "model is 'other', must be 'champion'",
    ),
    "a token": (lambda declared: CfnParameter(declared.stack, "Name").value_as_string, lambda _: "champion", None),
}


@pytest.mark.parametrize(("given", "served", "problem"), MODELS.values(), ids=MODELS)
def test_models_are_compared_by_what_the_app_knows_of_them(
    declared: Any, given: Callable[[Any], Any], served: Callable[[Any], Any], problem: str | None
) -> None:
    production = replace(PRODUCTION, model=given(declared))
    on = endpoint(declared, model_name=served(declared))

    if problem is None:
        assert declared.experiment(endpoint=on, production_variant=production)
        return
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=on, production_variant=production)
    assert f"  - production_variant.{problem} {UNLESS}" in str(raised.value)


def test_what_nobody_knows_yet_passes(declared: Any) -> None:
    token = CfnParameter(declared.stack, "Any").value_as_string

    assert declared.experiment(
        endpoint=endpoint(declared, variant_name=token, model_name=Fn.import_value("model"), instance_type=token)
    )


def test_a_variant_that_is_a_token_passes(declared: Any) -> None:
    on = endpoint(declared)
    config: Any = declared.stack.node.find_child("Config")
    config.production_variants = [Fn.get_att("Somewhere", "Variant")]

    assert declared.experiment(endpoint=on)


NOW = datetime.now(UTC)
OVER: dict[str, dict[str, Any]] = {
    "a conclusion": {"conclusion": Conclusion.remove_shadow()},
    "an end that is past": {"schedule": Schedule.start_now(until=NOW - timedelta(days=1))},
    "a duration that is past": {"schedule": Schedule.start_at(NOW - timedelta(days=9))},
}


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
def test_production_may_have_moved_on_from_a_test_that_is_over(declared: Any, over: dict[str, Any]) -> None:
    assert declared.experiment(endpoint=endpoint(declared, model_name="challenger"), **over)


def test_a_faulty_schedule_is_said_along_with_the_rest(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=endpoint(declared, model_name="m"), schedule=Schedule.start_now(until="soon"))

    assert len(str(raised.value).splitlines()) == 3


def test_a_later_run_may_mirror_what_an_earlier_one_promoted(declared: Any) -> None:
    production = replace(PRODUCTION, model="challenger", variant_name="Shadow-01")
    shadow = replace(PRODUCTION, model="contender", variant_name="Shadow-02")

    experiment = declared.experiment(
        endpoint=endpoint(declared), run="2", production_variant=production, shadow_variant=shadow
    )

    id = "sagemaker-inference-experiment:productionDiffers"
    (warning,) = Found.from_stack(declared.stack).find_warning("*", Match.string_like_regexp(id))
    assert str(warning.entry.data).startswith(
        "production_variant.variant_name is 'Shadow-01', and 'AllTraffic' in endpoint configuration Demo/Config; "
        "production_variant.model is 'challenger', and 'champion' in endpoint configuration Demo/Config: the deployment"
    )
    Annotations.of(experiment).acknowledge_warning(id)
    assert not Found.from_stack(declared.stack).find_warning("*", Match.string_like_regexp(id))


class BlueGreen(Construct):
    """Two endpoints in one construct, which has the name of the second."""

    def __init__(self, declared: Any, *types: str) -> None:
        super().__init__(declared.stack, "Serving")
        for color, instance_type in zip(("Blue", "Green"), types, strict=True):
            served = Variant(
                variant_name="AllTraffic",
                model_name="champion",
                instance_type=instance_type,
                initial_variant_weight=1,
            )
            config = aws_sagemaker.CfnEndpointConfig(self, f"{color}Config", production_variants=[served])
            endpoint = aws_sagemaker.CfnEndpoint(self, color, endpoint_config_name=config.attr_endpoint_config_name)
        self.endpoint_name = endpoint.attr_endpoint_name


def test_of_several_endpoints_in_a_construct_the_one_that_it_names_is_meant(declared: Any) -> None:
    assert declared.experiment(endpoint=BlueGreen(declared, "ml.g5.xlarge", "ml.m5.xlarge"))


def test_that_one_is_compared(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError, match="as in endpoint configuration Demo/Serving/GreenConfig"):
        declared.experiment(endpoint=BlueGreen(declared, "ml.m5.xlarge", "ml.g5.xlarge"))


def test_what_the_app_changes_after_the_experiment_is_refused_at_synth(declared: Any) -> None:
    model = app_model(declared, "One")
    declared.experiment(
        endpoint=endpoint(declared, model_name=model.attr_model_name),
        production_variant=replace(PRODUCTION, model=model),
        shadow_variant=replace(PRODUCTION, model=model, variant_name="Shadow-01"),
    )
    config: Any = declared.stack.node.find_child("Config")
    config.production_variants = [
        Variant(variant_name="AllTraffic", model_name="m", instance_type="ml.g5.xlarge", initial_variant_weight=1)
    ]

    with pytest.raises(RuntimeError, match=r"instance_type is 'ml\.m5\.xlarge', must be 'ml\.g5\.xlarge'"):
        declared.app.synth()
