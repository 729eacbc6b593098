"""``shadowtest plan`` of templates that CloudFormation expands before it deploys them: nothing is guessed."""

import json
from typing import Any

import pytest

from simulation.declarations import Declaration, as_served
from tests.support.account import Deployed
from tests.support.command_line import CommandLine
from tests.support.deployed_test import DeployedTest

EXTENSIONS = {"Transform": "AWS::LanguageExtensions"}
INCLUDE = {"Name": "AWS::Include", "Parameters": {"Location": "s3://shop/more.yaml"}}
OWN = {"Name": "Company::Tests"}
ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/Change/1"


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    return DeployedTest(shadowtest, monkeypatch)


def experiment(**changes: Any) -> dict[str, Any]:
    return DeployedTest.resource(as_served() | changes)


def loop(resource: Any, key: str = "Shadow${X}") -> dict[str, Any]:
    return {"Fn::ForEach::Tests": ["X", ["Test"], {key: resource}]}


def verdicts(demo: DeployedTest, template: dict[str, Any], *more: str) -> dict[str, list[tuple[str, str]]]:
    demo.shadowtest.write("template.json", json.dumps(template))
    done = demo("plan", "template.json", "--stack", "Demo", "--format", "json", *more)
    assert done.err == ""
    (stack,) = json.loads(done.out)["stacks"] or [{"resources": []}]
    return {
        each["logicalId"]: [(verdict["kind"], verdict["reason"]) for verdict in each["verdicts"]]
        for each in stack["resources"]
    }


def kinds(demo: DeployedTest, template: dict[str, Any]) -> dict[str, str]:
    return {key: each[0][0] for key, each in verdicts(demo, template).items()}


def expanded(macro: str) -> list[tuple[str, str]]:
    why = f"CloudFormation expands {macro} before it deploys the template: use --change-set to plan the result"
    return [("unknown", why)]


@pytest.mark.parametrize(
    ("macros", "key"),
    [
        (EXTENSIONS | {"Resources": loop(experiment())}, "Fn::ForEach::Tests"),
        (EXTENSIONS | {"Resources": loop({"Type": "Custom::${X}", "Properties": {}})}, "Fn::ForEach::Tests"),
        (EXTENSIONS | {"Resources": loop(loop(experiment())["Fn::ForEach::Tests"], "Fn::ForEach::All")}, None),
        (EXTENSIONS | {"Resources": loop({"Fn::Transform": INCLUDE, "Type": "AWS::SNS::Topic"})}, "Fn::ForEach::Tests"),
        (EXTENSIONS | {"Resources": {"Fn::ForEach::Tests": {"Ref": "Odd"}}}, "Fn::ForEach::Tests"),
        ({"Resources": {"Fn::Transform": INCLUDE}}, "Fn::Transform"),
        ({"Resources": {"Fn::Transform": OWN}}, "Fn::Transform"),
    ],
)
def test_a_deployed_test_that_a_macro_may_make(demo: DeployedTest, macros: dict[str, Any], key: str | None) -> None:
    key = key or "Fn::ForEach::Tests"

    assert verdicts(demo, macros) == {"ShadowTest": expanded(key), key: expanded(key)}
    assert demo("plan", "template.json", "--stack", "Demo", "--strict").code == 4


@pytest.mark.parametrize("transform", ["Company::Tests", ["AWS::LanguageExtensions", OWN], [INCLUDE]])
def test_a_transform_of_the_whole_template_may_change_every_test(demo: DeployedTest, transform: Any) -> None:
    template = {"Transform": transform, "Resources": {"ShadowTest": experiment(), "New": experiment()}}

    assert kinds(demo, template) == {"ShadowTest": "unknown", "New": "unknown", "Transform": "unknown"}


@pytest.mark.parametrize("transform", ["AWS::LanguageExtensions", ["AWS::Serverless-2016-10-31"]])
def test_transforms_that_leave_tests_alone(demo: DeployedTest, transform: Any) -> None:
    assert kinds(demo, {"Transform": transform, "Resources": {"ShadowTest": experiment()}}) == {"ShadowTest": "nothing"}
    assert kinds(demo, {"Transform": transform, "Resources": {}}) == {"ShadowTest": "end"}


def test_a_loop_that_makes_no_tests_leaves_a_removed_test_to_its_end(demo: DeployedTest) -> None:
    assert kinds(demo, EXTENSIONS | {"Resources": loop({"Type": "AWS::SNS::Topic"})}) == {"ShadowTest": "end"}


def test_beside_an_include_a_test_is_what_the_template_says(demo: DeployedTest) -> None:
    beside = {"Fn::Transform": INCLUDE, "ShadowTest": experiment(Description="new")}
    of_a_macro = {"Fn::Transform": OWN, "ShadowTest": experiment(Description="new")}

    assert kinds(demo, {"Resources": beside}) == {"ShadowTest": "update in place", "Fn::Transform": "unknown"}
    assert kinds(demo, {"Resources": of_a_macro}) == {"ShadowTest": "unknown", "Fn::Transform": "unknown"}


@pytest.mark.parametrize(
    "resource",
    [
        experiment(**{"Fn::Transform": INCLUDE}),
        experiment(Schedule={"Fn::Transform": INCLUDE, "Duration": "P1D"}),
        experiment(**{"Fn::ForEach::Tags": ["X", ["a"], {"${X}": "b"}]}),
        experiment() | {"Fn::Transform": OWN},
        {"Fn::Transform": OWN},
        experiment() | {"Properties": {"Fn::Transform": INCLUDE}},
    ],
)
def test_properties_that_a_macro_makes(demo: DeployedTest, resource: dict[str, Any]) -> None:
    ((kind, reason),) = verdicts(demo, {"Resources": {"ShadowTest": resource}})["ShadowTest"]

    assert kind == "unknown"
    assert "use --change-set to plan the result" in reason
    offline = demo("plan", "template.json", "--stack", "Demo", "--offline", "--strict")
    assert (offline.code, offline.out.count("Unknown  ")) == (4, 1)


@pytest.mark.parametrize(
    "template",
    [
        {"Conditions": {"Fn::Transform": INCLUDE}, "Resources": {"ShadowTest": experiment() | {"Condition": "C"}}},
        {
            "Conditions": {"C": {"Fn::Transform": INCLUDE}},
            "Resources": {"ShadowTest": experiment() | {"Condition": "C"}},
        },
        {
            "Mappings": {"Fn::Transform": INCLUDE},
            "Resources": {"ShadowTest": experiment(Description={"Fn::FindInMap": ["a", "b", "c"]})},
        },
        {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {"ShadowTest": experiment(Description={"Ref": "FunctionRole"})},
        },
    ],
)
def test_what_a_macro_may_add_is_not_missing(demo: DeployedTest, template: dict[str, Any]) -> None:
    assert kinds(demo, template)["ShadowTest"] == "unknown"


def test_what_the_language_extensions_do_not_add_is_missing(demo: DeployedTest) -> None:
    missing: Declaration = {"Description": {"Ref": "Missing"}}

    assert kinds(demo, EXTENSIONS | {"Resources": {"ShadowTest": experiment(**missing)}}) == {"ShadowTest": "refused"}


def test_of_a_change_set_and_of_a_deployed_stack_the_transforms_are_done(demo: DeployedTest) -> None:
    template = {"Transform": "Company::Tests", "Resources": {"ShadowTest": experiment()}}
    cloudformation = demo.aws.cloudformation
    cloudformation.stacks["Demo"] = Deployed(demo.stack.stack_id, template, {"ShadowTest": demo.name})
    page = {"StackName": "Demo", "StackId": demo.stack.stack_id, "ChangeSetId": ARN, "Status": "CREATE_COMPLETE"}
    cloudformation.change_sets[ARN] = [page]
    cloudformation.change_set_templates[ARN] = template

    done = demo("plan", "--change-set", ARN, "--strict")

    assert (done.code, done.err) == (0, "")
    assert "does not change" in done.out
    assert demo("drift", "Demo", "--strict", "--detailed-exitcode").code == 0
