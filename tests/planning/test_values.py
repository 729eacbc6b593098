"""What is known of a template's properties before its deployment, and what is not."""

import json
from typing import Any

import pytest

from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import Resolver, as_deployed
from shadowtest.values.stack import DeployedStack, Place
from shadowtest.values.unknown import KnownAtDeployment
from tests.support.values import PLACE, STACK, resolved, resources, role


def parameter(**declared: Any) -> dict[str, Any]:
    return {"Parameters": {"P": {"Type": "String"} | declared}}


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
    # A change set reports it in the same way.
    assert isinstance(resolved({"Ref": "P"}, template=parameter(), given={"P": "****"}), KnownAtDeployment)


def test_each_deployment_reads_parameter_store_anew() -> None:
    template = parameter(Type="AWS::SSM::Parameter::Value<String>", Default="/model")
    deployed = DeployedStack(STACK, {"P": "/model"}, resolved={"P": "challenger"}, template=template)

    new = resolved({"Ref": "P"}, template=template, deployed=deployed)
    assert isinstance(new, KnownAtDeployment)
    assert new.why == "CloudFormation reads parameter P from Parameter Store"
    assert resolved({"Ref": "P"}, template=template, resolved={"P": "contender"}) == "contender"
    assert as_deployed(deployed, None).resolve({"Ref": "P"}) == "challenger"


@pytest.mark.parametrize("kind", ["CommaDelimitedList", "List<String>", "AWS::SSM::Parameter::Value<List<String>>"])
def test_cloudformation_trims_each_member_of_a_list(kind: str) -> None:
    template = parameter(Type=kind, Default="champion, challenger ,contender")
    read = {"P": "champion, challenger ,contender"}

    assert resolved({"Ref": "P"}, template=template, resolved=read) == ["champion", "challenger", "contender"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}, 7]]}, "a-eu-central-1-7"),
        ({"Fn::Sub": "${AWS::StackName}/${!Literal}"}, "Shop/${Literal}"),
        ({"Fn::Sub": ["${Own}-${AWS::AccountId}", {"Own": {"Ref": "AWS::Partition"}}]}, "aws-123456789012"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Count"]}, 3),
        ({"Fn::FindInMap": ["Sizes", "nowhere", "Count", {"DefaultValue": {"Ref": "AWS::Region"}}]}, "eu-central-1"),
        ({"Fn::FindInMap": ["Sizes", "eu-central-1", "Count", {"DefaultValue": {"Fn::GetAZs": ""}}]}, 3),
        ({"A": {"Fn::FindInMap": ["Sizes", "x", "y", {"DefaultValue": {"Ref": "AWS::NoValue"}}]}}, {}),
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
        {"Fn::Sub": "{{resolve:ssm:/${AWS::Region}/model}}"},
        {"Fn::Sub": "${AWS::NoValue}"},
        {"Fn::FindInMap": ["Maps", {"Ref": "AWS::NotificationARNs"}, "a", {"DefaultValue": "b"}]},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        {"Fn::Transform": {"Name": "AWS::Include"}, "Duration": "P7D"},
        {"Fn::GetAZs": ""},
        {"Ref": "AWS::NotificationARNs"},
    ],
)
def test_what_the_deployment_makes_is_never_guessed(value: Any) -> None:
    assert isinstance(resolved(value, template=resources(New=role())), KnownAtDeployment)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"Ref": "Missing"}, "there is no Missing in the template"),
        ({"Ref": ["R"]}, 'Ref must be the logical ID of a resource, or the name of a parameter, is ["R"]'),
        ({"Fn::GetAtt": ["R"]}, "Fn::GetAtt must be the logical ID of a resource and the name of an attribute"),
        ({"Fn::GetAtt": "R"}, "Fn::GetAtt must be"),
        ({"Fn::GetAtt": [{"Ref": "L"}, "Arn"]}, "Fn::GetAtt must be"),
        ({"Fn::GetAtt": ["R", "Arn"]}, "R depends on itself"),
        ({"Fn::If": ["Missing", 1, 2]}, "there is no condition Missing"),
        ({"Fn::If": ["Cyclic", 1]}, "Fn::If must be a list of a condition's name and two values"),
        ({"Fn::If": [["Cyclic"], 1, 2]}, "Fn::If must be"),
        ({"Fn::If": ["Cyclic", 1, 2]}, "condition Cyclic depends on itself"),
        ({"Fn::If": ["Equals", 1, 2]}, "Fn::Equals must be a list of two values"),
        ({"Fn::If": ["Nothing", 1, 2]}, "Fn::Not must be a list of one condition"),
        ({"Fn::If": ["OnlyOne", 1, 2]}, "Fn::And must be a list of 2 to 10 conditions"),
        ({"Fn::If": ["Text", 1, 2]}, "a condition must be a map with one function"),
        ({"Fn::If": ["Named", 1, 2]}, "Condition must be the name of a condition"),
        ({"Fn::Sub": ["x"]}, "Fn::Sub must be a string, or a list of a string and a map of strings"),
        ({"Fn::Sub": ["${X}", {"X": {"Ref": "AWS::NoValue"}}]}, "Fn::Sub must be"),
        ({"Fn::Sub": "${L}"}, "Fn::Sub must be"),
        ({"Fn::Join": [",", 5]}, "Fn::Join must be a list of a separator and a list of strings"),
        ({"Fn::Join": [",", "text"]}, "Fn::Join must be"),
        ({"Fn::Join": [",", [["a"]]]}, "Fn::Join must be"),
        ({"Fn::Split": ["", "x"]}, "Fn::Split must be a list of a separator, which must not be empty, and a string"),
        ({"Fn::Select": ["-1", ["a", "b"]]}, "Fn::Select must be a list of an index, which starts at 0"),
        ({"Fn::Select": ["2", ["a", "b"]]}, "Fn::Select must be"),
        ({"Fn::Select": ["0", "text"]}, "Fn::Select must be"),
        ({"Fn::Select": ["9" * 5000, ["a"]]}, "Fn::Select must be"),
        ({"Fn::Base64": {"Ref": "AWS::NoValue"}}, "Fn::Base64 must be a string, is "),
        ({"Fn::FindInMap": ["Maps", "a"]}, "Fn::FindInMap must be"),
        ({"Fn::FindInMap": ["Maps", "a", "b"]}, "Fn::FindInMap finds no Maps, a, b"),
        ({"Fn::ImportValue": ["x"]}, "Fn::ImportValue must be the name of an export"),
        ({"A": None}, "CloudFormation refuses a null"),
    ],
)
def test_what_makes_no_sense_is_said(value: Any, said: str) -> None:
    template = {
        "Parameters": {"L": {"Type": "CommaDelimitedList", "Default": "a,b"}},
        "Mappings": {"Maps": "no map"},
        "Conditions": {
            "Cyclic": {"Fn::Not": [{"Condition": "Cyclic"}]},
            "Equals": {"Fn::Equals": ["a"]},
            "Nothing": {"Fn::Not": []},
            "OnlyOne": {"Fn::And": [{"Fn::Equals": ["a", "a"]}]},
            "Text": "text",
            "Named": {"Condition": ["Text"]},
        },
        **resources(R=role(RoleName={"Fn::GetAtt": ["R", "Arn"]})),
    }

    with pytest.raises(MalformedFunctionError) as error:
        resolved(value, template=template)

    assert said in str(error.value)


@pytest.mark.parametrize("name", ["Parameters", "Mappings", "Conditions", "Resources"])
@pytest.mark.parametrize("section", [None, [], "text", {"X": None}, {"X": ["a"]}])
def test_a_section_of_another_form_has_nothing(name: str, section: Any) -> None:
    with pytest.raises(MalformedFunctionError):
        resolved({"Fn::If": ["X", {"Fn::FindInMap": ["X", "a", "b"]}, {"Ref": "X"}]}, template={name: section})


def test_unknowns_within_unknowns_are_said_as_the_template_says_them() -> None:
    value: Any = {"Ref": "AWS::NotificationARNs"}
    for _ in range(40):
        value = {"Fn::Base64": value}

    unknown = resolved(value)

    assert isinstance(unknown, KnownAtDeployment)
    assert unknown.expression == json.dumps(value)


def test_a_role_whose_policies_change_keeps_its_arn() -> None:
    deployed = deployed_with("Shop-R-1X2Y", resources(R=role(Path="/service/")))
    template = resources(R=role(Path="/service/", Policies=[{"PolicyName": "more"}]))

    arn = resolved({"Fn::GetAtt": ["R", "Arn"]}, template=template, deployed=deployed)

    assert arn == "arn:aws:iam::123456789012:role/service/Shop-R-1X2Y"


def test_an_arn_is_not_known_while_its_path_is_not() -> None:
    template = parameter() | resources(R=role(RoleName="execution", Path={"Ref": "P"}))
    arn = {"Fn::GetAtt": ["R", "Arn"]}

    assert isinstance(resolved(arn, template=template), KnownAtDeployment)
    assert resolved(arn, template=template, given={"P": "/ml/"}) == "arn:aws:iam::123456789012:role/ml/execution"
    with pytest.raises(MalformedFunctionError, match="Path of R must be a string"):
        resolved(arn, template=resources(R=role(RoleName="execution", Path=["/"])))


def test_no_arn_is_made_where_nobody_was_asked_for_the_account() -> None:
    place = Place(None, None, None, "Shop")
    template = resources(R=role(RoleName="execution"), M=model(ModelName="ranking"))

    for value in ({"Fn::GetAtt": ["R", "Arn"]}, {"Ref": "M"}):
        assert isinstance(Resolver(template, place).resolve(value), KnownAtDeployment)


@pytest.mark.parametrize("properties", [["a"], "text", None])
def test_properties_that_are_no_map_are_refused(properties: Any) -> None:
    with pytest.raises(MalformedFunctionError):
        Resolver(resources(R={"Type": "X", "Properties": properties}), PLACE).properties("R")


def test_properties_that_a_condition_chooses() -> None:
    chosen = {"Fn::If": ["C", {"A": "b"}, {"Ref": "AWS::NoValue"}]}
    template = parameter() | resources(R={"Type": "X", "Properties": chosen})
    template["Conditions"] = {"C": {"Fn::Equals": [{"Ref": "P"}, "yes"]}}

    found = [Resolver(template, PLACE, given=given).properties("R") for given in ({"P": "yes"}, {"P": "no"}, {})]

    assert found[:2] == [{"A": "b"}, {}]
    assert isinstance(found[2], KnownAtDeployment)


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


def test_the_arn_of_a_key_that_stays() -> None:
    template = resources(R={"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}})
    deployed = deployed_with("0f1e-2d3c", template)
    arn = {"Fn::GetAtt": ["R", "Arn"]}

    assert resolved(arn, template=template, deployed=deployed) == "arn:aws:kms:eu-central-1:123456789012:key/0f1e-2d3c"
    assert isinstance(resolved(arn, template=template), KnownAtDeployment)


GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "one"}}


@pytest.mark.parametrize(
    ("group", "changes", "is_known"),
    [
        ({"Fn::GetAtt": ["Group", "GroupId"]}, {}, True),
        ({"Fn::Join": ["", ["a-", {"Fn::GetAtt": ["Group", "GroupId"]}]]}, {}, True),
        ({"Fn::Sub": "${P}-${Group.GroupId}"}, {}, True),
        ({"Fn::GetAtt": ["Group", "GroupId"]}, {"Group": GROUP | {"Properties": {"GroupDescription": "two"}}}, False),
        ({"Fn::GetAtt": ["Group", "GroupId"]}, {"Group": GROUP | {"Type": "AWS::EC2::Other"}}, False),
        # What it is made of changes.
        ({"Fn::Sub": "${P}-${Group.GroupId}"}, {"P": "two"}, False),
        ({"Fn::Join": ["", [{"Ref": "P"}, {"Fn::GetAtt": ["Group", "GroupId"]}]]}, {"P": "two"}, False),
        ({"Fn::Join": ["", [{"Ref": "AWS::NotificationARNs"}, {"Fn::GetAtt": ["Group", "GroupId"]}]]}, {}, False),
    ],
)
def test_an_attribute_of_a_resource_that_stays_is_the_same(
    group: Any, changes: dict[str, Any], *, is_known: bool
) -> None:
    """Also where it is not known from the id."""

    def template(of: Any) -> dict[str, Any]:
        return parameter() | resources(R=model(VpcConfig={"SecurityGroupIds": [group]}), Group=of)

    ids = {"R": "arn:of:model/model-abc", "Group": "sg-1"}
    deployed = DeployedStack(STACK, {"P": "one"}, physical_ids=ids, template=template(GROUP))
    new = template(changes.get("Group", GROUP))

    name = resolved({"Ref": "R"}, template=new, deployed=deployed, given={"P": changes.get("P", "one")})

    assert (name == "arn:of:model/model-abc") is is_known


def test_the_outputs_of_a_nested_stack_may_change() -> None:
    """Its template is deployed anew, also if it has the same address."""
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://bucket/nested.json"}}
    image = {"Fn::GetAtt": ["Nested", "Outputs.Image"]}
    template = resources(R=model(PrimaryContainer={"Image": image}), Nested=nested)
    deployed = DeployedStack(STACK, physical_ids={"R": "arn:of:model/m", "Nested": STACK}, template=template)

    assert isinstance(resolved({"Ref": "R"}, template=template, deployed=deployed), KnownAtDeployment)
