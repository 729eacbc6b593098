"""An app that has its roles made elsewhere (``Role.customize_roles``): no policies, all of them in CDK's report."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, aws_iam, aws_kms, aws_s3

from sagemaker_inference_experiment import DataCapture, InferenceExperimentProvider
from tests.support.experiments import experiment_in

PROVIDER = "Demo/SageMakerInferenceExperimentProvider/Role"
ROLE = "Demo/SageMakerInferenceExperimentRole"


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    app = App(outdir=str(tmp_path))
    aws_iam.Role.customize_roles(app, use_precreated_roles={PROVIDER: "function", ROLE: "sagemaker"})
    stack, other = Stack(app, "Demo"), Stack(app, "Other")
    experiment_in(
        stack,
        "One",
        kms_key=aws_kms.Key(stack, "Key"),
        data_capture=DataCapture(destination=aws_s3.Bucket(stack, "Captures")),
    )
    experiment_in(stack, "Two", endpoint="other", kms_key=aws_kms.Alias.from_alias_name(stack, "Alias", "alias/shop"))
    given = aws_iam.Role.from_role_name(stack, "Given", "given")
    for name in ("Theirs", "Others"):
        experiment_in(stack, name, role=given, experiment_name=name, adopt_existing=True)
    experiment_in(other, "Sharing", role=given, provider=InferenceExperimentProvider.get_or_create(stack))
    app.synth()
    return tmp_path


def reported(assembly: Path, role: str) -> list[dict[str, Any]]:
    roles = json.loads((assembly / "iam-policy-report.json").read_text())["roles"]
    (statements,) = [each["identityPolicyStatements"] for each in roles if each["roleConstructPath"] == role]
    return list(statements)


def allowed(statements: list[dict[str, Any]], action: str) -> list[str]:
    """The names of all resources that an action is allowed on."""
    found = [each["Resource"] for each in statements if action in each["Action"]]
    arns = [arn for each in found for arn in (each if isinstance(each, list) else [each])]
    return [arn.rpartition("/")[2] for arn in arns]


def test_no_role_and_no_policy_is_rendered(assembly: Path) -> None:
    for template in assembly.glob("*.template.json"):
        types = {each["Type"] for each in json.loads(template.read_text())["Resources"].values()}
        assert not [each for each in types if each.startswith("AWS::IAM::")]


def test_all_that_the_function_needs_is_in_the_report(assembly: Path) -> None:
    statements = reported(assembly, PROVIDER)

    assert allowed(statements, "iam:PassRole") == ["sagemaker", "given", "given"]
    assert all(
        "iam:PassedToService" in str(each["Condition"]) for each in statements if each["Action"] == "iam:PassRole"
    )
    assert len(allowed(statements, "lambda:InvokeFunction")) == 1
    stopping = [each for each in statements if "sagemaker:StopInferenceExperiment" in each["Action"]]
    assert [[*each.get("Condition", {})] for each in stopping] == [["StringEquals"], [], [], ["StringLike"]]
    assert {"Theirs", "theirs", "Others", "others"} <= set(allowed(stopping, "sagemaker:StopInferenceExperiment"))


def test_all_that_sagemaker_needs_is_in_the_report(assembly: Path) -> None:
    statements = reported(assembly, ROLE)

    assert allowed(statements, "kms:CreateGrant") == ["Resource.Arn)", "*"]
    assert allowed(statements, "s3:PutObject") == ["*"]


@pytest.mark.parametrize("mapped", [{}, {"Demo/Own": "own"}], ids=["no role is mapped", "the test's role is mapped"])
def test_a_grant_on_an_experiment_is_reported_for_its_grantee(tmp_path: Path, mapped: dict[str, str]) -> None:
    app = App(outdir=str(tmp_path))
    aws_iam.Role.customize_roles(app, use_precreated_roles=mapped)
    stack = Stack(app, "Demo")
    own, other = (
        aws_iam.Role(stack, id, assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"))
        for id in ("Own", "Other")
    )
    experiment = experiment_in(stack, "One", role=own)

    experiment.grants.stop(other)
    experiment.grants.update(own)
    app.synth()

    granted = {
        name: [action for each in reported(tmp_path, f"Demo/{name}") for action in _listed(each["Action"])]
        for name in ("Own", "Other")
    }
    assert "sagemaker:StopInferenceExperiment" in granted["Other"]
    assert "sagemaker:StopInferenceExperiment" not in granted["Own"]
    assert "sagemaker:UpdateInferenceExperiment" in granted["Own"]
    assert "sagemaker:UpdateInferenceExperiment" not in granted["Other"]


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
