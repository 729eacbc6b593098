"""No command ends in a traceback, regardless of the template."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shadowtest.exit_codes import ExitCode
from simulation.declarations import as_served
from tests.support.account import Deployed
from tests.support.command_line import CommandLine
from tests.support.deployed_test import DeployedTest

FUNCTIONS = [
    "Condition",
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::ForEach::X",
    "Fn::GetAtt",
    "Fn::GetAZs",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Not",
    "Fn::Or",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::Transform",
    "Ref",
]
NAMES = [
    "AWS::NoValue",
    "AWS::Region",
    "C",
    "Cyclic",
    "D",
    "List",
    "Map",
    "Role",
    "Role.Arn",
    "ShadowTest",
    "ShadowTest.Name",
    "Stored",
    "Text",
    "{{resolve:ssm:/x}}",
]
TEXTS = [
    *NAMES,
    *(f"${{{name}}}" for name in NAMES),
    "",
    ",",
    "-1",
    "0",
    "1",
    "P1D",
    "true",
    "\x1b[31m",
    "\N{PILE OF POO}",
]
LEAVES: st.SearchStrategy[Any] = st.sampled_from([None, True, 0, -1, 1.5, [], {}, *TEXTS])
KEYS = [*FUNCTIONS, "DefaultValue", "Name", "Properties", "Run", "Type"]
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=2)
        | st.builds(lambda name, argument: {name: argument}, st.sampled_from(FUNCTIONS), inner)
        | st.builds(lambda name, arguments: {name: arguments}, st.sampled_from(FUNCTIONS), st.lists(inner, max_size=4))
    ),
    max_leaves=8,
)

TEMPLATE: dict[str, Any] = {
    "Transform": [],
    "Parameters": {
        "Text": {"Type": "String", "Default": "x"},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
    },
    "Mappings": {"Map": {"Text": {"C": "x"}}},
    "Conditions": {
        "C": {"Fn::Equals": [{"Ref": "Text"}, "x"]},
        "D": {"Fn::Or": [{"Condition": "C"}, {"Fn::Not": [{"Condition": "C"}]}]},
        "Cyclic": {"Condition": "Cyclic"},
    },
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "Text"}, "Path": "/"}},
        "ShadowTest": {
            "Type": "Custom::SageMakerInferenceExperiment",
            "Condition": "D",
            "DeletionPolicy": "Delete",
            "Properties": as_served()
            | {
                "Description": {"Fn::If": ["C", {"Fn::Sub": ["${A}-${Role.Arn}", {"A": {"Ref": "Text"}}]}, "b"]},
                "Schedule": {"Duration": {"Fn::FindInMap": ["Map", "Text", "D", {"DefaultValue": "P1D"}]}},
                "Tags": [{"Key": "a", "Value": {"Fn::Join": ["", {"Ref": "List"}]}}],
            },
        },
    },
}
Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in children:
        yield from paths(each, (*path, key))


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """The template with other values, and with keys that it did not have."""
    template = deepcopy(TEMPLATE)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(paths(template))))
        parent: Any = template
        for step in way:
            parent = parent[step]
        if isinstance(parent, dict) and draw(st.booleans()):
            parent[draw(st.sampled_from(KEYS))] = draw(VALUES)
        else:
            parent[last] = draw(VALUES)
    return template


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    return DeployedTest(shadowtest, monkeypatch)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(template=broken(), in_progress=st.booleans())
def test_every_command_has_an_answer(demo: DeployedTest, template: dict[str, Any], *, in_progress: bool) -> None:
    demo.shadowtest.write("template.json", json.dumps(template))
    demo.shadowtest.write("before.json", json.dumps(TEMPLATE))

    def deploy(deployed: dict[str, Any]) -> None:
        demo.aws.cloudformation.stacks["Demo"] = Deployed(
            demo.stack.stack_id,
            deployed,
            {"ShadowTest": demo.name, "Role": "x"},
            {"Text": "x"},
            "UPDATE_IN_PROGRESS" if in_progress else "UPDATE_COMPLETE",
        )

    deploy(TEMPLATE)
    arguments = [["lint", "template.json"], ["plan", "template.json", "--stack", "Demo", "--offline"]]
    arguments += [["plan", "template.json", "--stack", name] for name in ("Demo", "New")]
    done = [demo(*each) for each in arguments]
    resources = template["Resources"]
    if isinstance(resources, dict) and all(isinstance(each, dict) for each in resources.values()):
        # The simulated CloudFormation reads of which type its resources are.
        deploy(template)
        arguments = [["plan", "before.json", "--stack", "Demo"], ["drift", "Demo"], ["status", "Demo"]]
        done += [demo(*each) for each in arguments]

    for each in done:
        assert each.code in (ExitCode.DONE, ExitCode.ERROR, ExitCode.REFUSED)
        assert (each.code == ExitCode.ERROR) == each.err.startswith("error: ")
