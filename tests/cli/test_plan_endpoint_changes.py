"""``shadowtest plan`` if the same deployment changes or deletes the endpoint of a deployed test."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from simulation.declarations import Declaration
from simulation.endpoints import served
from tests.support.endpoint_changes import (
    ARN,
    ON_OWN,
    OTHER_MODEL,
    SAMPLED,
    TAGS,
    UNKNOWN_PARAMETER,
    Resources,
    config,
    deploy,
    endpoint,
    kinds,
    of_stack,
    told,
)
from tests.support.planner import BEFORE, Planner


@pytest.mark.parametrize(
    "resources",
    [
        {},
        {"Endpoint": endpoint(Tags=TAGS)},
        {"Config": config(Tags=[{"Key": "team", "Value": UNKNOWN_PARAMETER}])},
        {"Model": {"Type": "AWS::SageMaker::Model", "Properties": {}}},
        # CloudFormation compares what it sends, and sends strings.
        {"Config": config(served() | {"InitialInstanceCount": "1"})},
    ],
)
def test_an_endpoint_that_stays_as_it_is(planner: Planner, resources: Resources) -> None:
    deploy(planner)

    assert kinds(planner, of_stack(ON_OWN, **resources)) == ["nothing"]
    assert kinds(planner, of_stack(SAMPLED, **resources)) == ["update in place"]
    assert kinds(planner, of_stack(None, **resources)) == ["end", "remove"]


def test_an_endpoint_with_attributes_of_what_stays(planner: Planner) -> None:
    """A security group's ID is not known from the template. What matters is that it is the same as before."""
    inside = {"VpcConfig": {"SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}]}}
    resources = {
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "one"}},
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": inside},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}},
        "Config": config(
            served() | {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}},
            KmsKeyId={"Fn::GetAtt": ["Key", "Arn"]},
        ),
    }
    deploy(planner, **resources)
    planner.deployed.physical_ids |= {"Group": "sg-1", "Model": f"{ARN}model/champion", "Key": "1-2"}
    other_group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "two"}}

    assert kinds(planner, of_stack(ON_OWN, **resources)) == ["nothing"]
    assert kinds(planner, of_stack(SAMPLED, **resources)) == ["update in place"]
    assert kinds(planner, of_stack(SAMPLED, **{**resources, "Group": other_group})) == ["unknown"]


@pytest.mark.parametrize(
    "resources",
    [
        {"Config": OTHER_MODEL},
        {"Config": config(served(model=UNKNOWN_PARAMETER))},  # type: ignore[arg-type]
        {"Config": config(KmsKeyId="alias/other")},
        {"Endpoint": endpoint(EndpointConfigName="another")},
        {"Endpoint": endpoint(EndpointConfigName=UNKNOWN_PARAMETER)},
        {"Endpoint": endpoint(EndpointConfigName={"Fn::GetAtt": ["New", "EndpointConfigName"]}), "New": config()},
        {"Endpoint": endpoint(DeploymentConfig={"RollingUpdatePolicy": {}})},
        {"Endpoint": endpoint() | {"Fn::Transform": {"Name": "Macro"}}},
        {"Endpoint": endpoint(**{"Fn::Transform": {"Name": "Macro"}})},
        {"Endpoint": None, "Fn::Transform": {"Name": "Macro"}},
        {"Endpoint": None, "Fn::ForEach::Endpoints": ["X", ["a"], {"${X}": endpoint()}]},
    ],
)
def test_an_endpoint_that_changes(planner: Planner, resources: Resources) -> None:
    deploy(planner, BEFORE)
    literal = BEFORE | {"ShadowModeConfig": SAMPLED["ShadowModeConfig"]}

    for test in (BEFORE, literal, None):
        assert kinds(planner, of_stack(test, **resources)) == ["unknown"]


def test_an_endpoint_that_changes_before_its_test_is_removed(planner: Planner) -> None:
    deploy(planner)

    assert kinds(planner, of_stack(None, Config=OTHER_MODEL)) == ["unknown"]


def test_an_endpoint_that_a_macro_may_make(planner: Planner) -> None:
    deploy(planner)
    loop = {"Fn::ForEach::Endpoints": ["X", ["a"], {"${X}": endpoint()}]}

    assert kinds(planner, of_stack(None, Endpoint=None, **loop)) == ["unknown"]  # type: ignore[arg-type]


def test_an_endpoint_of_which_something_is_not_known_before_and_after(planner: Planner) -> None:
    unknown = endpoint(EndpointConfigName=UNKNOWN_PARAMETER)
    deploy(planner, BEFORE, Endpoint=unknown)

    assert kinds(planner, of_stack(BEFORE, Endpoint=unknown)) == ["unknown"]


def test_a_configuration_that_comes_into_the_template(planner: Planner) -> None:
    """CloudFormation refuses it if the name already exists."""
    literal = endpoint(EndpointConfigName="shop-before")
    deploy(planner, BEFORE, Endpoint=literal, Config=None)
    del planner.deployed.physical_ids["Config"]

    named = config(EndpointConfigName="shop-before")
    assert kinds(planner, of_stack(BEFORE, Endpoint=literal, Config=named)) == ["unknown"]


def test_the_reason_names_the_endpoint(planner: Planner) -> None:
    deploy(planner)

    (verdict,) = told(planner, of_stack(ON_OWN, Config=OTHER_MODEL))

    assert verdict == ("unknown", "this deployment changes endpoint shop, or may change it")


def test_a_named_configuration_that_changes(planner: Planner) -> None:
    named = config(EndpointConfigName="shop-before")
    deploy(planner, Config=named)

    assert kinds(planner, of_stack(ON_OWN, Config=named)) == ["nothing"]
    changed = config(served(model="contender"), EndpointConfigName="shop-before")
    assert kinds(planner, of_stack(ON_OWN, Config=changed)) == ["unknown"]


def test_a_condition_that_is_not_known(planner: Planner) -> None:
    deploy(planner, BEFORE)
    document = of_stack(BEFORE, Endpoint=endpoint() | {"Condition": "Later"})
    document["Conditions"] = {"Later": {"Fn::Equals": [UNKNOWN_PARAMETER, "a"]}}

    (verdict,) = told(planner, document)

    assert verdict[0] == "unknown"
    assert "it is not known what this deployment does to endpoint shop: the deployment determines it" in verdict[1]


def test_a_test_that_has_ended_does_not_depend_on_its_endpoint(planner: Planner) -> None:
    deploy(planner)
    planner.stack.clock.advance(timedelta(days=31))

    assert kinds(planner, of_stack(ON_OWN, Config=OTHER_MODEL)) == ["nothing"]


def test_an_endpoint_that_is_deleted_under_a_test(planner: Planner) -> None:
    deploy(planner, BEFORE)

    (verdict,) = told(planner, of_stack(BEFORE, Endpoint=None))

    assert verdict == ("unknown", "this deployment deletes endpoint shop")


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (ON_OWN, ["end", "remove"]),
        (BEFORE | {"Description": {"Fn::Sub": "On ${Endpoint.EndpointName}"}}, ["end", "remove"]),
        # Nothing says which of them CloudFormation deletes first.
        (BEFORE, ["unknown"]),
    ],
)
def test_an_endpoint_that_is_deleted_with_its_test(planner: Planner, test: Declaration, expected: list[str]) -> None:
    deploy(planner, test)

    assert kinds(planner, of_stack(None, Endpoint=None)) == expected


def test_a_test_that_is_kept_when_its_endpoint_is_deleted(planner: Planner) -> None:
    deploy(planner)
    kept = deepcopy(dict(planner.deployed.template))
    kept["Resources"]["ShadowTest"]["DeletionPolicy"] = "Retain"
    planner.deployed.template = kept

    assert kinds(planner, of_stack(None)) == ["nothing"]
    assert kinds(planner, of_stack(None, Endpoint=None)) == ["unknown"]


@pytest.mark.parametrize(("policy", "expected"), [("Retain", "nothing"), ("Delete", "unknown")])
def test_an_endpoint_that_is_kept(planner: Planner, policy: str, expected: str) -> None:
    kept = endpoint() | {"DeletionPolicy": policy, "UpdateReplacePolicy": policy}
    deploy(planner, BEFORE, Endpoint=kept)
    renamed = deepcopy(kept)
    renamed["Properties"]["EndpointName"] = "shop-2"

    assert kinds(planner, of_stack(BEFORE, Endpoint=None)) == [expected]
    assert kinds(planner, of_stack(BEFORE, Endpoint=renamed)) == [expected]


def test_an_endpoint_whose_name_is_not_known(planner: Planner) -> None:
    deploy(planner, BEFORE)

    (verdict,) = told(planner, of_stack(BEFORE, Endpoint=endpoint(EndpointName=UNKNOWN_PARAMETER)))

    assert verdict == ("unknown", "this deployment may give endpoint shop another name")


def test_a_test_that_moves_to_an_endpoint_under_another_name(planner: Planner) -> None:
    """Its run on the old endpoint must end first, while CloudFormation replaces that endpoint."""
    deploy(planner)
    new = endpoint(EndpointName="shop-2")

    (verdict,) = told(planner, of_stack(ON_OWN | {"Run": "2"}, Endpoint=new))

    assert verdict == ("unknown", "this deployment replaces endpoint shop")


def test_a_test_that_moves_to_a_new_endpoint(planner: Planner) -> None:
    deploy(planner)
    moved = ON_OWN | {"Run": "2", "EndpointName": {"Fn::GetAtt": ["New", "EndpointName"]}}

    found = kinds(planner, of_stack(moved, New=endpoint(EndpointName="shop-2")))

    assert found == ["replace", "end", "remove"]


def test_a_test_that_moves_to_a_new_endpoint_without_a_name(planner: Planner) -> None:
    """Its name is not known, but it is not that of the endpoint that the test is on now."""
    deploy(planner)
    moved = ON_OWN | {"EndpointName": {"Fn::GetAtt": ["New", "EndpointName"]}}

    ((kind, reason),) = told(planner, of_stack(moved, New=endpoint()))

    assert kind == "refused"
    assert "EndpointName (declared known at deployment, live shop) can't change" in reason


@pytest.mark.parametrize(
    ("malformed", "expected"),
    [
        (endpoint(EndpointConfigName={"Fn::GetAtt": ["Missing", "EndpointConfigName"]}), "unknown"),
        (endpoint() | {"Condition": "Missing"}, "nothing"),
    ],
)
def test_an_endpoint_that_cloudformation_refuses(planner: Planner, malformed: dict[str, Any], expected: str) -> None:
    deploy(planner, BEFORE)

    assert kinds(planner, of_stack(BEFORE, Endpoint=malformed)) == [expected]
