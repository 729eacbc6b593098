"""Experiments that are declared elsewhere, and the same of those that are declared here."""

from typing import Any

import pytest
from aws_cdk import App, CfnParameter, CfnResource, Environment, RemovalPolicy, Stack

from sagemaker_inference_experiment import IInferenceExperiment, InferenceExperiment
from tests.support.experiments import RESOURCE_TYPE

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:inference-experiment/shop"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "Demo", env=Environment(account="444455556666", region="us-east-1"))


def test_a_name_is_one_of_this_account_and_region(stack: Stack) -> None:
    imported = InferenceExperiment.from_experiment_name(stack, "Imported", "shop")

    assert imported.experiment_name == "shop"
    assert stack.resolve(imported.experiment_arn) == {
        "Fn::Join": [
            "",
            ["arn:", {"Ref": "AWS::Partition"}, ":sagemaker:us-east-1:444455556666:inference-experiment/shop"],
        ]
    }
    assert (imported.env.account, imported.env.region) == ("444455556666", "us-east-1")


def test_the_name_in_an_arn_is_in_lower_case(stack: Stack) -> None:
    imported = InferenceExperiment.from_experiment_name(stack, "Imported", "Shop-Ranking")

    assert imported.experiment_name == "Shop-Ranking"
    assert "inference-experiment/shop-ranking" in str(stack.resolve(imported.experiment_arn))


def test_an_arn_says_whose_it_is_and_where(stack: Stack) -> None:
    imported = InferenceExperiment.from_experiment_arn(stack, "Imported", ARN)

    assert imported.experiment_arn == ARN
    assert imported.experiment_name == "shop"
    assert (imported.env.account, imported.env.region) == ("111122223333", "eu-west-1")


def test_names_and_arns_may_be_tokens(stack: Stack) -> None:
    parameter = CfnParameter(stack, "Given").value_as_string

    by_name = InferenceExperiment.from_experiment_name(stack, "ByName", parameter)
    by_arn = InferenceExperiment.from_experiment_arn(stack, "ByArn", parameter)

    assert stack.resolve(by_name.experiment_name) == {"Ref": "Given"}
    assert stack.resolve(by_arn.experiment_arn) == {"Ref": "Given"}
    assert stack.resolve(by_arn.experiment_name) == {
        "Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "Given"}]}]}]}]
    }


def test_what_it_runs_on_is_known_if_it_is_said(stack: Stack) -> None:
    imported = InferenceExperiment.from_experiment_attributes(
        stack,
        "Imported",
        experiment_arn=ARN,
        endpoint_name="shop",
        production_variant_name="AllTraffic",
        shadow_variant_name="Shadow-01",
    )

    assert imported.endpoint_name == "shop"
    assert imported.production_variant_name == "AllTraffic"
    assert imported.shadow_variant_name == "Shadow-01"


@pytest.mark.parametrize("attribute", ["endpoint_name", "production_variant_name", "shadow_variant_name"])
def test_what_was_not_said_is_asked_for_where_it_is_needed(stack: Stack, attribute: str) -> None:
    imported = InferenceExperiment.from_experiment_name(stack, "Imported", "shop")

    with pytest.raises(ValueError, match=f"Demo/Imported: {attribute} is not known: give it to from_experiment_a"):
        getattr(imported, attribute)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "neither of experiment_name and experiment_arn are given, must be exactly one"),
        ({"experiment_name": "shop", "experiment_arn": ARN}, "both of experiment_name and experiment_arn are given"),
        ({"experiment_name": "-shop"}, "experiment_name is '-shop', must be 1 to 120 letters"),
        ({"experiment_arn": "shop"}, "experiment_arn is 'shop', must be the ARN of an inference experiment, arn:aws"),
        ({"experiment_arn": ARN.replace("inference-experiment", "endpoint")}, "endpoint/shop', must be the ARN of an"),
        ({"experiment_arn": ARN.removesuffix("shop")}, "inference-experiment/', must be the ARN of an inference"),
        ({"experiment_arn": ARN.replace("sagemaker", "s3")}, "must be the ARN of an inference experiment"),
    ],
    ids=["nothing", "both", "no name", "no arn", "another resource", "without a name", "another service"],
)
def test_what_can_be_no_experiment_is_refused(stack: Stack, given: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        InferenceExperiment.from_experiment_attributes(stack, "Imported", **given)


def test_an_imported_experiment_adds_nothing_to_the_template(declared: Any) -> None:
    InferenceExperiment.from_experiment_arn(declared.stack, "Imported", ARN)

    declared.template.resource_count_is(RESOURCE_TYPE, 0)
    declared.template.resource_count_is("AWS::Lambda::Function", 0)


def test_what_takes_an_experiment_takes_a_declared_and_an_imported_one(declared: Any) -> None:
    def described(experiment: IInferenceExperiment) -> str:
        return (
            f"{experiment.endpoint_name}: {experiment.shadow_variant_name} beside {experiment.production_variant_name}"
        )

    imported = InferenceExperiment.from_experiment_attributes(
        declared.stack,
        "Imported",
        experiment_name="shop",
        endpoint_name="shop",
        production_variant_name="AllTraffic",
        shadow_variant_name="Shadow-01",
    )

    assert described(imported) == "shop: Shadow-01 beside AllTraffic"
    assert described(declared.experiment()).endswith(": Shadow-01 beside AllTraffic")


def test_the_default_child_is_the_resource_of_the_template(declared: Any) -> None:
    experiment = declared.experiment()

    resource = experiment.node.default_child
    assert isinstance(resource, CfnResource)
    resource.add_property_override("Description", "by hand")

    assert declared.properties()["Description"] == "by hand"


def test_a_removal_policy_can_be_applied_later(declared: Any) -> None:
    declared.experiment().apply_removal_policy(RemovalPolicy.RETAIN)

    declared.template.has_resource(RESOURCE_TYPE, {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"})
