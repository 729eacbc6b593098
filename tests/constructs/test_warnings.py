"""Valid settings that may be unintended: a warning at synth, which can be acknowledged."""

from typing import Any

import pytest
from aws_cdk import (
    Annotations,
    App,
    CfnParameter,
    Duration,
    Stack,
    Stage,
    aws_applicationautoscaling,
    aws_kms,
    aws_sagemaker,
)
from aws_cdk.assertions import Annotations as Found
from aws_cdk.assertions import Match
from constructs import Construct

from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
    InferenceExperimentProvider,
    ModelVariant,
    OnDelete,
)
from tests.support.experiments import experiment_in
from tools import instance_types

PREFIX = "sagemaker-inference-experiment"
RETAINS = OnDelete(conclusion=Conclusion.retain_both())
PROMOTES = Conclusion.promote_shadow()
PRODUCTION_ON_ANOTHER = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlrage")


def warnings(stack: Stack) -> list[str]:
    """The ids of the stack's warnings, each without its prefix."""
    found = Found.from_stack(stack).find_warning("*", Match.string_like_regexp(PREFIX))
    return sorted(str(each.entry.data).rpartition(f"[ack: {PREFIX}:")[2].rstrip("]") for each in found)


def words(stack: Stack, id: str) -> str:
    (warning,) = Found.from_stack(stack).find_warning("*", Match.string_like_regexp(f"{PREFIX}:{id}"))
    return str(warning.entry.data)


def endpoint(declared: Any, **more: Any) -> aws_sagemaker.CfnEndpoint:
    return aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name="config", **more)


def register(scope: Construct, endpoint_name: str, variant: str) -> None:
    aws_applicationautoscaling.ScalableTarget(
        scope,
        f"Scaling{variant}",
        service_namespace=aws_applicationautoscaling.ServiceNamespace.SAGEMAKER,
        resource_id=f"endpoint/{endpoint_name}/variant/{variant}",
        scalable_dimension="sagemaker:variant:DesiredInstanceCount",
        min_capacity=1,
        max_capacity=4,
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"conclusion": Conclusion.remove_shadow()},
        {"conclusion": Conclusion.cancel()},
        {"on_delete": OnDelete(keep_record=True)},
        {"conclusion": PROMOTES, "sampling_percentage": 100},
        # A test that has been concluded is not stopped once more on delete.
        {"conclusion": Conclusion.remove_shadow(), "on_delete": RETAINS},
    ],
    ids=["nothing", "remove", "cancel", "keep the record", "promote after all", "concluded"],
)
def test_what_is_usual_is_not_warned_of(declared: Any, parameters: dict[str, Any]) -> None:
    declared.experiment(**parameters)

    assert warnings(declared.stack) == []


CASES: dict[str, dict[str, Any]] = {
    "retainShadowOnDelete": {"on_delete": RETAINS},
    "retainShadowOnConclusion": {"conclusion": Conclusion.retain_both()},
    "promoteAfterPartialTraffic": {"conclusion": PROMOTES, "sampling_percentage": 99},
    "gateNotEnforced": {"promote_if": Gate(criteria=[Criterion.traffic(min_invocations=1, enforce=False)])},
}


@pytest.mark.parametrize("id", CASES)
def test_what_may_not_be_meant_is_warned_of(declared: Any, id: str) -> None:
    declared.experiment(**CASES[id])

    assert warnings(declared.stack) == [id]


@pytest.mark.parametrize("id", CASES)
def test_a_warning_can_be_acknowledged(declared: Any, id: str) -> None:
    experiment = declared.experiment(**CASES[id])

    Annotations.of(experiment).acknowledge_warning(f"{PREFIX}:{id}", "it is meant")

    assert warnings(declared.stack) == []


def test_a_gate_with_one_enforced_criterion_is_not_warned_of(declared: Any) -> None:
    reported = Criterion.traffic(min_invocations=1, enforce=False)
    gate = Gate(criteria=[reported, Criterion.running(at_least=Duration.days(1))])
    declared.experiment(promote_if=gate)

    assert warnings(declared.stack) == []


def test_a_gate_of_a_conclusion_is_named(declared: Any) -> None:
    gate = Gate(criteria=[Criterion.running(at_least=Duration.days(1), enforce=False)])
    declared.experiment(conclusion=Conclusion.promote_shadow(only_if=gate), sampling_percentage=100)

    assert "no criterion of conclusion.only_if is enforced" in words(declared.stack, "gateNotEnforced")


def test_a_retained_shadow_is_said_to_be_billed(declared: Any) -> None:
    declared.experiment(on_delete=RETAINS)

    assert "on_delete retains shadow variant Shadow-01 on the endpoint" in words(declared.stack, "retainShadowOnDelete")
    assert "is billed" in words(declared.stack, "retainShadowOnDelete")


def test_a_promotion_on_an_endpoint_of_the_app_can_be_reverted_by_it(declared: Any) -> None:
    declared.experiment(endpoint=endpoint(declared), conclusion=PROMOTES, sampling_percentage=100)

    assert warnings(declared.stack) == ["promoteOnEndpointOfApp"]
    assert "EndpointConfigName of endpoint Demo/Endpoint" in words(declared.stack, "promoteOnEndpointOfApp")


def test_actions_that_are_given_as_words_are_warned_of_too(declared: Any) -> None:
    words: dict[str, Any] = {"production": "Remove", "shadow": "Promote", "shadow_instance_count": 2}

    properties = declared.rendered(conclusion=Conclusion(**words))

    assert [variant["VariantName"] for variant in properties["DesiredModelVariants"]] == ["Shadow-01"]
    assert warnings(declared.stack) == ["promoteAfterPartialTraffic"]


def test_an_endpoint_of_the_app_is_known_by_its_attribute(declared: Any) -> None:
    declared.experiment(endpoint=endpoint(declared).attr_endpoint_name, conclusion=PROMOTES, sampling_percentage=100)

    assert warnings(declared.stack) == ["promoteOnEndpointOfApp"]


def test_an_endpoint_of_the_app_is_known_by_its_literal_name(declared: Any) -> None:
    declared.experiment(endpoint="shop", conclusion=PROMOTES, sampling_percentage=100)
    of_app = endpoint(declared, endpoint_name="shop")
    register(declared.stack, of_app.attr_endpoint_name, "AllTraffic")

    assert sorted(warnings(declared.stack)) == ["autoscaledVariant", "promoteOnEndpointOfApp"]


def test_a_promotion_on_delete_is_one_too(declared: Any) -> None:
    declared.experiment(endpoint=endpoint(declared), on_delete=OnDelete(conclusion=PROMOTES), sampling_percentage=100)

    assert warnings(declared.stack) == ["promoteOnEndpointOfApp"]


def test_a_percentage_that_is_not_known_yet_is_not_warned_of(declared: Any) -> None:
    sampling = CfnParameter(declared.stack, "Sampling", type="Number").value_as_number

    declared.experiment(conclusion=PROMOTES, sampling_percentage=sampling)

    assert warnings(declared.stack) == []


def test_a_promotion_takes_the_production_variant_from_its_autoscaling(declared: Any) -> None:
    declared.experiment(conclusion=PROMOTES, sampling_percentage=100)

    register(declared.stack, "shop", "AllTraffic")

    assert warnings(declared.stack) == ["autoscaledVariant"]
    assert "variant AllTraffic is registered for autoscaling (Demo/ScalingAllTraffic/Resource)" in words(
        declared.stack, "autoscaledVariant"
    )


@pytest.mark.parametrize("variant", ["AllTraffic", "Shadow-01"])
def test_what_stays_where_it_is_may_be_autoscaled(declared: Any, variant: str) -> None:
    declared.experiment(conclusion=Conclusion.retain_both())

    register(declared.stack, "shop", variant)

    assert warnings(declared.stack) == ["retainShadowOnConclusion"]


@pytest.mark.parametrize(("variant", "found"), [("AllTraffic", []), ("Shadow-01", ["autoscaledVariant"])])
def test_deleting_removes_the_shadow_variant_if_nothing_is_said(declared: Any, variant: str, found: list[str]) -> None:
    declared.experiment()

    register(declared.stack, "shop", variant)

    assert warnings(declared.stack) == found


@pytest.mark.parametrize("named", [{}, {"endpoint_name": "shop"}], ids=["generated", "given"])
def test_a_construct_is_known_by_its_name_as_well(declared: Any, named: dict[str, str]) -> None:
    of_app = endpoint(declared, **named)
    declared.experiment(endpoint=of_app)

    register(declared.stack, named.get("endpoint_name", of_app.attr_endpoint_name), "Shadow-01")

    assert warnings(declared.stack) == ["autoscaledVariant"]


def test_an_endpoint_of_another_stack_is_known_too(declared: Any) -> None:
    of_app = endpoint(declared)
    other = Stack(declared.app, "Other")
    declared.experiment(endpoint=of_app)

    register(other, of_app.attr_endpoint_name, "Shadow-01")

    assert warnings(declared.stack) == ["autoscaledVariant"]


@pytest.mark.parametrize("target", [("shop", "Other"), ("other", "Shadow-01")])
def test_the_scaling_of_others_does_not_matter(declared: Any, target: tuple[str, str]) -> None:
    declared.experiment()

    register(declared.stack, *target)

    assert warnings(declared.stack) == []


def test_only_the_experiment_that_it_is_about_is_warned_of(declared: Any) -> None:
    declared.experiment("One")
    declared.experiment("Two", endpoint="other")

    register(declared.stack, "shop", "Shadow-01")

    (warning,) = Found.from_stack(declared.stack).find_warning("*", Match.string_like_regexp(PREFIX))
    assert warning.id == "/Demo/One/Resource"


def test_a_warning_at_the_end_of_synth_can_be_acknowledged(declared: Any) -> None:
    experiment = declared.experiment()
    register(declared.stack, "shop", "Shadow-01")

    Annotations.of(experiment).acknowledge_warning(f"{PREFIX}:autoscaledVariant", "deregistered by hand")

    assert warnings(declared.stack) == []


def test_a_stage_is_looked_through_as_well() -> None:
    stack = Stack(Stage(App(), "Production"), "Demo")
    experiment_in(stack)

    register(stack, "shop", "Shadow-01")

    assert warnings(stack) == ["autoscaledVariant"]


def typed(instance_type: str) -> ModelVariant:
    return ModelVariant(model="challenger", variant_name="Shadow-01", instance_type=instance_type)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"shadow_variant": typed("ml.m5.xlrage")},
            "shadow_variant.instance_type is 'ml.m5.xlrage', did you mean 'ml.m5.xlarge'?: SageMaker had no such",
        ),
        (
            {"shadow_variant": typed("ml.zz99.zz")},
            "shadow_variant.instance_type is 'ml.zz99.zz': SageMaker had no such",
        ),
        (
            {"conclusion": Conclusion.promote_shadow(instance_type="ml.m5.xlrage"), "sampling_percentage": 100},
            "conclusion.shadow_instance_type is 'ml.m5.xlrage', did you mean",
        ),
        (
            {"on_delete": OnDelete(conclusion=Conclusion(desired_variants=(PRODUCTION_ON_ANOTHER,)))},
            "on_delete.conclusion.desired_variants[0].instance_type is 'ml.m5.xlrage', did you mean",
        ),
    ],
    ids=["misspelt", "unlike any", "at the end", "on delete"],
)
def test_an_instance_type_that_is_not_known_is_warned_of(declared: Any, parameters: dict[str, Any], said: str) -> None:
    experiment = declared.experiment(**parameters)

    assert warnings(declared.stack) == ["unknownInstanceType"]
    assert said in words(declared.stack, "unknownInstanceType")
    Annotations.of(experiment).acknowledge_warning(f"{PREFIX}:unknownInstanceType")
    assert warnings(declared.stack) == []


def test_an_instance_type_that_nobody_knows_yet_is_not_warned_of(declared: Any) -> None:
    token = CfnParameter(declared.stack, "InstanceType").value_as_string

    declared.experiment(shadow_variant=typed(token))

    assert warnings(declared.stack) == []


def test_the_known_instance_types_are_those_of_the_service_model() -> None:
    assert instance_types.MODULE.read_text() == instance_types.rendered(), "run `python -m tools.instance_types`"


IMPORTED_KEYS = {
    "key": lambda stack: aws_kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:111122223333:key/1"),
    "alias": lambda stack: aws_kms.Alias.from_alias_name(stack, "Key", "alias/logs"),
}


@pytest.mark.parametrize("imported", IMPORTED_KEYS.values(), ids=IMPORTED_KEYS)
def test_an_imported_key_of_the_log_is_warned_of_until_it_is_acknowledged(declared: Any, imported: Any) -> None:
    provider = InferenceExperimentProvider.for_stack(declared.stack, log_encryption_key=imported(declared.stack))

    said = words(declared.stack, "logKeyNotAllowed")
    assert said.startswith(
        "log_encryption_key is imported, so this app can't change its policy. The policy must allow "
    )
    assert "(such as logs.us-east-1.amazonaws.com) to perform kms:Encrypt, kms:Decrypt, " in said

    Annotations.of(provider).acknowledge_warning(f"{PREFIX}:logKeyNotAllowed", "the key's policy allows it")
    assert warnings(declared.stack) == []


def test_a_key_of_the_app_for_the_log_is_not_warned_of(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")

    InferenceExperimentProvider.for_stack(declared.stack, log_encryption_key=key.add_alias("logs"))

    assert warnings(declared.stack) == []
