"""What is known of a template's properties before its deployment, and what is not."""

from typing import Any

import pytest

from shadowtest.values.functions import MalformedFunctionError
from shadowtest.values.resolver import Resolver
from shadowtest.values.stack import DeployedStack, Place
from shadowtest.values.unknown import KnownAtDeployment

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/Shop/0f1e2d3c"
PLACE = Place.of(STACK)


def resolved(value: Any, *, template: Any = None, deployed: DeployedStack | None = None, **more: Any) -> Any:
    resolver = Resolver(template or {}, PLACE, deployed=deployed, **more)
    return resolver.resolve(value)


def parameter(**declared: Any) -> dict[str, Any]:
    return {"Parameters": {"P": {"Type": "String"} | declared}}


def resources(**declared: Any) -> dict[str, Any]:
    return {"Resources": declared}


def role(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def model(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Model", "Properties": properties}


def deployed_with(physical_id: str, template: dict[str, Any]) -> DeployedStack:
    return DeployedStack(STACK, physical_ids={"R": physical_id}, template=template)


def test_a_given_value_goes_before_a_deployed_one_and_that_before_the_default() -> None:
    template, deployed = parameter(Default="default"), DeployedStack(STACK, {"P": "deployed"})

    assert resolved({"Ref": "P"}, template=template) == "default"
    assert resolved({"Ref": "P"}, template=template, deployed=deployed) == "deployed"
    assert resolved({"Ref": "P"}, template=template, deployed=deployed, given={"P": "given"}) == "given"


def test_a_parameter_without_a_value_and_a_hidden_one_are_not_known() -> None:
    hidden = DeployedStack(STACK, {"P": "****"})

    assert isinstance(resolved({"Ref": "P"}, template=parameter()), KnownAtDeployment)
    assert isinstance(resolved({"Ref": "P"}, template=parameter(NoEcho=True), deployed=hidden), KnownAtDeployment)


def test_a_parameter_of_parameter_store_is_known_as_long_as_it_names_the_same_one() -> None:
    template = parameter(Type="AWS::SSM::Parameter::Value<String>")
    deployed = DeployedStack(STACK, {"P": "/model"}, resolved={"P": "challenger"})

    assert resolved({"Ref": "P"}, template=template, deployed=deployed) == "challenger"
    other = resolved({"Ref": "P"}, template=template, deployed=deployed, given={"P": "/other"})
    assert isinstance(other, KnownAtDeployment)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}, 7]]}, "a-eu-central-1-7"),
        ({"Fn::Sub": "${AWS::StackName}/${!Literal}"}, "Shop/${Literal}"),
        ({"Fn::Sub": ["${Own}-${AWS::AccountId}", {"Own": {"Ref": "AWS::Partition"}}]}, "aws-123456789012"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Count"]}, 3),
        ({"Fn::Base64": "text"}, "dGV4dA=="),
        ({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-Token"}}, "arn:of:it"),
        ({"Fn::If": ["Large", "ml.m5.4xlarge", "ml.m5.xlarge"]}, "ml.m5.4xlarge"),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"A": {"Ref": "AWS::NoValue"}, "B": True}, {"B": True}),
    ],
)
def test_functions_are_resolved(value: Any, expected: Any) -> None:
    template = {
        "Mappings": {"Sizes": {"eu-central-1": {"Count": 3}}},
        "Conditions": {
            "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-central-1"]},
            "Large": {"Fn::And": [{"Condition": "Here"}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]},
        },
    }

    assert resolved(value, template=template, exports={"Shop-Token": "arn:of:it"}) == expected


def test_one_side_can_decide_a_condition_whose_other_side_is_not_known() -> None:
    unknown = {"Fn::Equals": [{"Ref": "P"}, "x"]}
    template = parameter() | {
        "Conditions": {
            "Either": {"Fn::Or": [unknown, {"Fn::Equals": ["a", "a"]}]},
            "Both": {"Fn::And": [unknown, {"Fn::Equals": ["a", "a"]}]},
        }
    }

    assert resolved({"Fn::If": ["Either", 1, 2]}, template=template) == 1
    assert isinstance(resolved({"Fn::If": ["Both", 1, 2]}, template=template), KnownAtDeployment)


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Join": ["-", ["a", {"Ref": "New"}]]},
        {"Fn::Sub": "x-${New}"},
        {"Fn::GetAtt": "New.Arn"},
        {"Fn::ImportValue": "nobody-exports-it"},
        "{{resolve:ssm:/model}}",
        {"Fn::GetAZs": ""},
        {"Ref": "AWS::NotificationARNs"},
    ],
)
def test_what_the_deployment_makes_is_never_guessed(value: Any) -> None:
    assert isinstance(resolved(value, template=resources(New=role())), KnownAtDeployment)


def test_what_makes_no_sense_is_said() -> None:
    with pytest.raises(MalformedFunctionError, match="there is no Missing in the template"):
        resolved({"Ref": "Missing"})
    with pytest.raises(MalformedFunctionError, match="no condition Missing"):
        resolved({"Fn::If": ["Missing", 1, 2]})


def test_a_role_whose_policies_change_keeps_its_arn() -> None:
    deployed = deployed_with("Shop-R-1X2Y", resources(R=role(Path="/service/")))
    template = resources(R=role(Path="/service/", Policies=[{"PolicyName": "more"}]))

    arn = resolved({"Fn::GetAtt": ["R", "Arn"]}, template=template, deployed=deployed)

    assert arn == "arn:aws:iam::123456789012:role/service/Shop-R-1X2Y"


def test_a_model_that_changes_is_replaced_and_has_another_name() -> None:
    before = model(PrimaryContainer={"Image": "one"})
    deployed = deployed_with("arn:aws:sagemaker:eu-central-1:123456789012:model/model-abc", resources(R=before))
    name = {"Fn::GetAtt": ["R", "ModelName"]}

    assert resolved(name, template=resources(R=before), deployed=deployed) == "model-abc"
    after = resources(R=model(PrimaryContainer={"Image": "two"}))
    assert isinstance(resolved(name, template=after, deployed=deployed), KnownAtDeployment)
    named = resources(R=model(ModelName="Ranking-2", PrimaryContainer={"Image": "two"}))
    assert resolved(name, template=named, deployed=deployed) == "Ranking-2"


def test_a_parameter_that_replaces_a_resource_is_followed() -> None:
    template = parameter(Default="one") | resources(R=model(PrimaryContainer={"Image": {"Ref": "P"}}))
    deployed = DeployedStack(STACK, {"P": "one"}, physical_ids={"R": "arn:of:model/model-abc"}, template=template)
    name = {"Fn::GetAtt": ["R", "ModelName"]}

    assert resolved(name, template=template, deployed=deployed) == "model-abc"
    assert isinstance(resolved(name, template=template, deployed=deployed, given={"P": "two"}), KnownAtDeployment)
