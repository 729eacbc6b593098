"""The template of `shadowtest provider-template`: the construct's, with parameters."""

import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, aws_iam
from aws_cdk.assertions import Template
from cfnlint.decode.cfn_yaml import loads

from sagemaker_inference_experiment import InferenceExperimentProvider
from shadowtest.values.resolver import Resolver
from shadowtest.values.stack import Place
from tests.support.policies import actions, statements, statements_of
from tests.support.templates import linted
from tools.provider_template import TEMPLATE, rendered

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(loads(TEMPLATE.read_text()))


def policies(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]


def test_it_is_in_accord_with_the_construct() -> None:
    assert TEMPLATE.read_text() == rendered(), "run `make provider`"


def test_cfn_lint_finds_nothing(template: dict[str, Any]) -> None:
    assert linted(template, ignored=()) == []


def test_nothing_of_an_assembly_is_in_it() -> None:
    assert not re.search(r"aws:cdk|aws:asset|Bootstrap|cdk-|CDKMetadata|Metadata:", TEMPLATE.read_text())


def there(statement: dict[str, Any], *, guardrails: bool) -> bool:
    """Whether CloudFormation renders a statement of a policy with this value of the parameter Guardrails."""
    return guardrails or "Fn::If" not in statement


def rendered_of(statement: dict[str, Any]) -> dict[str, Any]:
    return dict(statement["Fn::If"][1]) if "Fn::If" in statement else statement


@pytest.mark.parametrize("guardrails", [False, True], ids=["without guardrails", "with guardrails"])
def test_the_function_is_allowed_what_the_construct_allows_it(template: dict[str, Any], guardrails: bool) -> None:
    stack = Stack(App(), "ByConstruct")
    role = aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/sagemaker-execution")
    provider = InferenceExperimentProvider(stack, "Provider")
    provider.serve_templates(role, adopts="Theirs", promote_if=True, guardrails=guardrails)
    by_construct = statements(Template.from_stack(stack))
    for statement in by_construct:
        if "iam:PassRole" in actions(statement):
            statement["Resource"] = {"Ref": "ExperimentRoleArns"}
        elif "sagemaker:StopInferenceExperiment" in actions(statement) and "Condition" not in statement:
            statement["Resource"] = {"Ref": "AdoptedExperimentArns"}

    found = [each for each in statements_of(policies(template)) if there(each, guardrails=guardrails)]
    assert sorted(str(rendered_of(each)) for each in found) == sorted(map(str, by_construct))


def test_what_is_optional_is_left_out_without_a_value(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    (adopting,) = [each for each in policies(template) if "AdoptedExperimentArns" in str(each)]

    assert adopting["Condition"] == "AdoptedExperimentArnsGiven"
    optional = {name for name, each in parameters.items() if each.get("Default") == ""}
    conditions = {*(f"{name}Given" for name in optional), "PromotionGatesEnabled", "GuardrailsEnabled"}
    assert conditions == set(template["Conditions"])
    assert set(parameters) - optional - {name for name, each in parameters.items() if "Default" in each} == {
        "CodeBucket",
        "CodeKey",
        "ExperimentRoleArns",
    }


def test_the_page_of_the_command_line_has_all_parameters(template: dict[str, Any]) -> None:
    _, _, section = (PROJECT / "docs" / "cli.md").read_text().partition("`provider-template`\n\n")
    section, _, _ = section.partition("\n## ")
    names = [cell for row in re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE) for cell in row.split(", ")]

    assert {name.strip("`") for name in names} == set(template["Parameters"])


def test_without_guardrails_there_is_nothing_of_them(template: dict[str, Any]) -> None:
    least, whole = resolved(template), resolved(template, Guardrails="Enabled")

    assert whole.keys() - least.keys() == {"AWS::SQS::Queue", "AWS::SQS::QueuePolicy"}
    assert "DestinationConfig" not in least["AWS::Lambda::EventInvokeConfig"]
    assert "OnFailure" in whole["AWS::Lambda::EventInvokeConfig"]["DestinationConfig"]


REQUIRED = {"CodeBucket": "artifacts", "CodeKey": "function.zip", "ExperimentRoleArns": "arn:one, arn:two"}


def resolved(template: dict[str, Any], **given: str) -> dict[str, Any]:
    """The properties of each resource that is there with these parameters, by its type."""
    place = Place("aws", "us-east-1", "123456789012", "provider")
    resolver = Resolver(template, place, given=REQUIRED | given)
    there = [logical_id for logical_id in template["Resources"] if resolver.exists(logical_id) is True]
    return {template["Resources"][each]["Type"]: resolver.properties(each) for each in there}


def test_what_is_given_reaches_the_resources(template: dict[str, Any]) -> None:
    least = resolved(template)
    whole = resolved(template, PermissionsBoundaryArn="arn:boundary", CodeVersion="3", LogRetentionDays="7")

    code = {"S3Bucket": "artifacts", "S3Key": "function.zip"}
    assert least["AWS::Lambda::Function"]["Code"] == code
    assert "PermissionsBoundary" not in least["AWS::IAM::Role"]
    assert least["AWS::Logs::LogGroup"] == {"RetentionInDays": "30"}
    assert whole["AWS::Lambda::Function"]["Code"] == code | {"S3ObjectVersion": "3"}
    assert whole["AWS::IAM::Role"]["PermissionsBoundary"] == "arn:boundary"
    assert whole["AWS::Logs::LogGroup"] == {"RetentionInDays": "7"}


@pytest.mark.parametrize(
    ("given", "allowed"), [({}, False), ({"PromotionGates": "Disabled"}, False), ({"PromotionGates": "Enabled"}, True)]
)
def test_metrics_and_alarms_are_read_where_gates_are_enabled(
    template: dict[str, Any], given: dict[str, str], allowed: bool
) -> None:
    place = Place("aws", "us-east-1", "123456789012", "provider")
    resolver = Resolver(template, place, given=REQUIRED | given)

    (reading,) = [
        id for id, each in template["Resources"].items() if "cloudwatch:GetMetricData" in str(each["Properties"])
    ]
    assert resolver.exists(reading) is allowed


ROLE = "arn:aws:iam::123456789012:role/service-role/sagemaker-execution"
EXPERIMENT = "arn:aws-cn:sagemaker:cn-north-1:123456789012:inference-experiment/trial-1"


@pytest.mark.parametrize(
    ("parameter", "value", "allowed"),
    [
        ("ExperimentRoleArns", ROLE, True),
        ("ExperimentRoleArns", "", False),
        ("ExperimentRoleArns", "*", False),
        ("ExperimentRoleArns", ROLE.replace("execution", "*"), False),
        ("ExperimentRoleArns", "sagemaker-execution", False),
        ("AdoptedExperimentArns", EXPERIMENT, True),
        ("AdoptedExperimentArns", "", True),
        ("AdoptedExperimentArns", EXPERIMENT.replace("trial-1", "*"), False),
        ("AdoptedExperimentArns", ROLE, False),
    ],
)
def test_each_arn_is_of_one_resource(template: dict[str, Any], parameter: str, value: str, allowed: bool) -> None:
    pattern = template["Parameters"][parameter]["AllowedPattern"]

    # CloudFormation compares the whole of each entry.
    assert (re.fullmatch(pattern, value) is not None) == allowed
