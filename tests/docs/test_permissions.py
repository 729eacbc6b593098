"""docs/permissions.md: what limited roles of the bootstrap have to allow, against the resources of the README's app."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.assembly import synthesised
from tests.support.experiments import RESOURCE_TYPE
from tests.support.reader import blocks

PROJECT = Path(__file__).parents[2]
_, LIMITED = (PROJECT / "docs" / "permissions.md").read_text().split("| for | actions |\n")
ROWS = re.findall(r"^\| (.*) \| (`.*) \|$", LIMITED, re.MULTILINE)
FOR = {
    "AWS::IAM::Policy": "the roles of the function and of the test",
    "AWS::IAM::Role": "the roles of the function and of the test",
    "AWS::Lambda::EventInvokeConfig": "the function",
    "AWS::Lambda::Function": "the function",
    "AWS::Logs::LogGroup": "the log group",
    "AWS::SSM::Parameter::Value<String>": "the version of the bootstrap",
    RESOURCE_TYPE: "a request to it",
}
NO_OPERATIONS = {"iam:PassRole", "lambda:InvokeFunction"}
"""What IAM names otherwise than the service names its operation."""


def actions() -> set[str]:
    """An action without a service is of the service named before it."""
    found, service = set(), ""
    for each in re.findall(r"`((?:[a-z0-9]+:)?[A-Z]\w+)`", LIMITED):
        service = each.partition(":")[0] if ":" in each else service
        found.add(each if ":" in each else f"{service}:{each}")
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text(next(blocks(PROJECT / "README.md", "python")).text)
    assembly = synthesised(folder / "app.py", folder / "cdk.out")
    return dict(json.loads((assembly / "RankingShadowTest.template.json").read_text()))


def test_each_resource_of_a_stack_has_its_row(template: dict[str, Any]) -> None:
    parts = [*template["Resources"].values(), *template["Parameters"].values()]

    assert {part["Type"] for part in parts} == {*FOR}
    assert {row for row, _ in ROWS} == {*FOR.values()}


@pytest.mark.parametrize("action", sorted(actions() - NO_OPERATIONS))
def test_each_action_exists(action: str) -> None:
    service, operation = action.split(":")

    assert operation in boto3.client(service, region_name="us-east-1").meta.service_model.operation_names


def test_the_list_has_what_each_deployment_does() -> None:
    made = {"iam:CreateRole", "iam:PutRolePolicy", "lambda:CreateFunction", "logs:CreateLogGroup"}

    assert actions() >= made | NO_OPERATIONS | {"lambda:PutFunctionEventInvokeConfig", "ssm:GetParameters"}
    assert not [action for action in actions() if action.startswith("sagemaker:")]
