"""Malformed templates and manifests: each results in one line, or in a refused deployment, and never in a traceback."""

import json
from typing import Any

import pytest

from simulation.declarations import as_served
from tests.support.command_line import CommandLine, Done
from tests.support.deployed_test import DeployedTest


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    return DeployedTest(shadowtest, monkeypatch)


def template(**changes: Any) -> dict[str, Any]:
    return {"Resources": {"ShadowTest": DeployedTest.resource(as_served() | changes)}}


def planned(demo: DeployedTest, content: Any, *more: str) -> Done:
    demo.shadowtest.write("template.json", json.dumps(content))
    return demo("plan", "template.json", "--stack", "Demo", *more)


@pytest.mark.parametrize("more", [(), ("--offline",), ("--parameters", "Sampling=5")])
@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"Parameters": None}, "Parameters is empty, which CloudFormation refuses: leave it out"),
        ({"Parameters": []}, "Parameters must be a map"),
        ({"Parameters": {"P": "String"}}, "Parameters.P must be a map"),
        ({"Parameters": {"P": {"Type": "String", "Default": ["a"]}}}, "Parameters.P.Default must be a string"),
        ({"Conditions": None, "Mappings": []}, "Mappings must be a map; Conditions is empty, which CloudFormation"),
        ({"Conditions": {"C": "yes"}}, "Conditions.C must be a map"),
        ({"Mappings": {"M": None}}, "Mappings.M must be a map"),
        ({"Resources": {"ShadowTest": "x", "Other": None}}, "Resources.ShadowTest must be a map; Resources.Other must"),
    ],
)
def test_a_template_of_another_form_is_one_line(
    demo: DeployedTest, sections: dict[str, Any], said: str, more: tuple[str, ...]
) -> None:
    done = planned(demo, {**template(), **sections}, *more)

    (line,) = done.err.splitlines()
    assert line.startswith(f"error: template.json: {said}")
    assert (done.code, done.out) == (1, "")


def test_a_parameter_of_a_template_without_any(demo: DeployedTest) -> None:
    done = planned(demo, template(), "--parameters", "Sampling=5")

    assert done.err == (
        "error: --parameters 'Sampling=5': the template declares no parameter Sampling, there are none\n"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Description": {"Fn::If": ["C", "a"]}}, "Fn::If must be a list of a condition's name and two values"),
        ({"Description": {"Fn::GetAtt": ["ShadowTest"]}}, "Fn::GetAtt must be the logical ID of a resource"),
        ({"Description": {"Fn::If": ["C", "a", "b"]}}, "condition C depends on itself"),
        ({"Description": {"Ref": "ShadowTest"}}, "ShadowTest depends on itself"),
    ],
)
def test_a_malformed_function_is_refused(demo: DeployedTest, changes: dict[str, Any], said: str) -> None:
    done = planned(demo, {**template(**changes), "Conditions": {"C": {"Condition": "C"}}})

    assert (done.code, done.err) == (3, "")
    assert said in " ".join(done.out.split())


@pytest.mark.parametrize("more", [{"Condition": ["A"]}, {"Condition": None}, {"Properties": ["a"]}])
def test_a_malformed_resource_is_refused(demo: DeployedTest, more: dict[str, Any]) -> None:
    resource = DeployedTest.resource(as_served()) | more

    assert planned(demo, {"Resources": {"ShadowTest": resource}}).code == 3


def test_the_drift_of_a_malformed_declaration_can_not_be_told(demo: DeployedTest) -> None:
    demo.declare(Description={"Fn::If": ["C", "a", "b"]})
    demo.deployed.template["Conditions"] = {"C": {"Fn::Equals": ["a"]}}  # type: ignore[index]

    done = demo("drift", "Demo", "--strict")

    assert (done.code, done.err) == (4, "")
    assert "Fn::Equals must be a list of two values" in " ".join(done.out.split())


def test_a_macro_within_a_resource_is_not_checked_by_lint(demo: DeployedTest) -> None:
    resource = {"Type": "Custom::SageMakerInferenceExperiment", "Fn::Transform": {"Name": "Company::Tests"}}
    demo.shadowtest.write("template.json", json.dumps({"Resources": {"ShadowTest": resource}}))

    done = demo("lint", "template.json", "--strict")

    assert done.code == 4
    assert "ShadowTest is not checked: what Fn::Transform adds to it is not in the template" in done.out


STACK = "aws:cloudformation:stack"


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ([], "is not the manifest of a cloud assembly: artifacts must be a map"),
        ({}, "is not the manifest of a cloud assembly: artifacts must be a map"),
        ({"artifacts": ["A"]}, "is not the manifest of a cloud assembly: artifacts must be a map"),
        ({"artifacts": {"A": 5}}, "is not the manifest of a cloud assembly: artifacts.A must be a map"),
        (
            {"artifacts": {"A": {"type": STACK}}},
            "is not the manifest of a cloud assembly: artifacts.A.properties must be a map",
        ),
        (
            {"artifacts": {"A": {"type": STACK, "properties": {}}}},
            "is not the manifest of a cloud assembly: artifacts.A.properties.templateFile must be a string",
        ),
        (
            {"artifacts": {"A": {"type": STACK, "properties": {"templateFile": 1}}}},
            "is not the manifest of a cloud assembly: artifacts.A.properties.templateFile must be a string",
        ),
        (
            {"artifacts": {"A": {"type": STACK, "properties": {"templateFile": "a.json", "stackName": []}}}},
            "is not the manifest of a cloud assembly: artifacts.A.properties.stackName must be a string",
        ),
        (
            {"artifacts": {"A": {"type": STACK, "properties": {"templateFile": "a.json", "parameters": [1]}}}},
            "is not the manifest of a cloud assembly: artifacts.A.properties.parameters must be a map",
        ),
        (
            {"artifacts": {"A": {"type": STACK, "properties": {"templateFile": "a.json"}, "environment": 1}}},
            "is not the manifest of a cloud assembly: artifacts.A.environment must be a string",
        ),
        (
            {"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}},
            "is not the manifest of a cloud assembly: "
            "artifacts.A.properties.directoryName must be a folder within cdk.out",
        ),
        ("{", "is not valid JSON: "),
        ("[" * 100_000, "is not valid JSON: "),
    ],
    ids=str,
)
def test_a_manifest_of_another_form_is_one_line(demo: DeployedTest, manifest: Any, said: str) -> None:
    content = manifest if isinstance(manifest, str) else json.dumps(manifest)
    demo.shadowtest.write("cdk.out/manifest.json", content)
    demo.shadowtest.write("cdk.out/a.json", json.dumps(template()))

    done = demo("plan")

    (line,) = done.err.splitlines()
    assert line.startswith(f"error: cdk.out/manifest.json {said}")
    assert (done.code, done.out) == (1, "")


def test_the_stacks_of_stages_are_planned_too(demo: DeployedTest) -> None:
    inner = {"artifacts": {"Demo": {"type": STACK, "properties": {"templateFile": "a.json"}}}}
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    demo.shadowtest.write("cdk.out/manifest.json", json.dumps({"artifacts": {"Prod": stage, "Tree": {"type": "x"}}}))
    demo.shadowtest.write("cdk.out/assembly-Prod/manifest.json", json.dumps(inner))
    demo.shadowtest.write("cdk.out/assembly-Prod/a.json", json.dumps(template()))

    done = demo("plan")

    assert (done.code, done.err) == (0, "")
    assert "does not change" in done.out
