"""``shadowtest plan`` if the deployment creates a model: its name is not known, but differs from the old one."""

from copy import deepcopy
from typing import Any

import pytest

from tests.support.planner import BEFORE, Planner, template

NAME = {"Fn::GetAtt": ["Model", "ModelName"]}
MODEL_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/challenger"


def model(image: Any = "one", **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Model", "Properties": {"PrimaryContainer": {"Image": image}, **more}}


def of_stack(name: Any = NAME, test: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    document = template(ShadowTest=BEFORE | {"ModelVariants": [{"ModelName": name}]} | (test or {}))
    document["Resources"] |= resources
    return document


@pytest.fixture(autouse=True)
def deployed(planner: Planner) -> None:
    planner.deployed.template = of_stack(Model=model())
    planner.deployed.physical_ids["Model"] = MODEL_ARN


def kinds(planner: Planner, new: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in planner.verdicts(planner(new, "--format", "json"))["Demo.ShadowTest"]]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (of_stack(Model=model()), "nothing"),
        (of_stack(Model=model(Tags=[{"Key": "team", "Value": "shop"}])), "nothing"),
        # It is replaced.
        (of_stack(Model=model("two")), "refused"),
        (of_stack({"Fn::GetAtt": ["Other", "ModelName"]}, Model=model(), Other=model("two")), "refused"),
        # Neither is certain.
        (of_stack(Model=model({"Ref": "AWS::NotificationARNs"})), "unknown"),
        (of_stack(Model=model("two", ModelName={"Ref": "AWS::NotificationARNs"})), "unknown"),
        (of_stack({"Fn::Join": ["", [NAME]]}, Model=model("two")), "unknown"),
    ],
)
def test_another_model_for_a_test_that_runs(planner: Planner, new: dict[str, Any], expected: str) -> None:
    assert kinds(planner, new) == [expected]


def test_a_model_that_only_a_failed_update_has_made(planner: Planner) -> None:
    planner.deployed.template = template(ShadowTest=BEFORE)

    assert kinds(planner, of_stack(Model=model("two"))) == ["unknown"]


def test_a_test_that_only_a_failed_update_has_made(planner: Planner) -> None:
    planner.deployed.template = template()

    assert kinds(planner, of_stack(Model=model())) == ["unknown"]


def test_a_new_run_with_a_new_model(planner: Planner) -> None:
    assert kinds(planner, of_stack(test={"Run": "2"}, Model=model("two"))) == ["end", "replace", "remove"]


def test_what_else_is_not_known_is_told_beside_it(planner: Planner) -> None:
    """It is refused, regardless of the other values."""
    new = of_stack(test={"Description": {"Ref": "AWS::NotificationARNs"}}, Model=model("two"))
    planner.deployed.template = deepcopy(dict(planner.deployed.template))
    planner.deployed.template["Resources"]["ShadowTest"]["Properties"]["Description"] = "before"

    assert kinds(planner, new) == ["refused"]


def test_an_attribute_that_may_be_that_of_another(planner: Planner) -> None:
    """Unlike a name or an ARN."""
    role = {"Type": "AWS::IAM::Role", "Properties": {}}
    new = of_stack({"Fn::GetAtt": ["Role", "RoleId"]}, Model=model(), Role=role)

    assert kinds(planner, new) == ["unknown"]


@pytest.mark.parametrize(("logical_id", "expected"), [("Provider", "nothing"), ("Renamed", "refused")])
def test_the_function_of_a_test_is_another_one(planner: Planner, logical_id: str, expected: str) -> None:
    """CloudFormation refuses another ServiceToken."""

    def document(of: str) -> dict[str, Any]:
        token = {"ServiceToken": {"Fn::GetAtt": [of, "Arn"]}}
        return of_stack(test=token, Model=model(), **{of: {"Type": "AWS::Lambda::Function", "Properties": {}}})

    planner.deployed.template = document("Provider")
    planner.deployed.physical_ids["Provider"] = "provider"

    assert kinds(planner, document(logical_id)) == [expected]
