"""The function behind the custom resource: once a stack, and set up to wait."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Match

from sagemaker_inference_experiment import InferenceExperimentProvider, _provider
from sagemaker_inference_experiment._asset import handler_code
from tests.support.experiments import RESOURCE_TYPE


def test_one_function_serves_all_experiments_of_a_stack(declared: Any) -> None:
    first, second = declared.experiment("One"), declared.experiment("Two")

    assert first.provider is second.provider
    declared.template.resource_count_is("AWS::Lambda::Function", 1)
    declared.template.resource_count_is("AWS::Logs::LogGroup", 1)
    declared.template.resource_count_is(RESOURCE_TYPE, 2)


def test_lambda_tries_again_for_as_long_as_cloudformation_waits(declared: Any) -> None:
    declared.experiment()

    declared.template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig", {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 2}
    )


@pytest.mark.parametrize("context", [{}, {"aws:cdk:disable-asset-staging": True}], ids=["staged", "not staged"])
def test_the_code_is_where_the_assembly_says(
    context: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not the folder that the other tests share.
    monkeypatch.setattr(_provider, "handler_code", handler_code)
    app = App(context=context, outdir=str(tmp_path))
    for name in ("One", "Two"):
        InferenceExperimentProvider(Stack(app, name), "Provider")

    app.synth()

    (one,) = {
        asset["source"]["path"]
        for manifest in tmp_path.glob("*.assets.json")
        for asset in json.loads(manifest.read_text())["files"].values()
        if asset["source"]["packaging"] == "zip"
    }
    assert (tmp_path / one / "inference_experiment_handler" / "index.py").is_file()


def test_the_function_is_set_up_to_wait(declared: Any) -> None:
    declared.experiment()

    declared.template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Handler": "inference_experiment_handler.index.handler",
            "Runtime": "python3.13",
            "Timeout": 900,
            # Lambda's default is right (no request is handed over as often as Lambda bears, which is about 16 times),
            # and not every region has the property.
            "RecursiveLoop": Match.absent(),
            "LoggingConfig": {"LogGroup": Match.any_value()},
            "Environment": Match.absent(),
        },
    )


def test_there_is_no_dependency_cycle_and_stacks_are_apart(declared: Any) -> None:
    declared.experiment()
    other = Stack(declared.app, "Other")

    assert InferenceExperimentProvider.get_or_create(other) is not InferenceExperimentProvider.get_or_create(
        declared.stack
    )
    declared.app.synth()
