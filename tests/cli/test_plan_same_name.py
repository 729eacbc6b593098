"""``shadowtest plan`` if one deployment declares an experiment twice: names of experiments are unique."""

import json
from typing import Any

import pytest

from simulation.declarations import as_served
from tests.support.planner import BEFORE, Planner, template

OTHER = "other"
FIRST, SECOND = BEFORE | {"Name": "Trial"}, as_served(EndpointName=OTHER, Name="trial")
PARAMETER = {"Parameters": {"Later": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/later"}}}
CONDITIONS = {"Conditions": {"Later": {"Fn::Equals": [{"Ref": "Later"}, "yes"]}}}


@pytest.fixture(autouse=True)
def endpoint(planner: Planner) -> None:
    planner.stack.serve(OTHER)
    planner.stack.delete(BEFORE, planner.name)
    planner.deployed.physical_ids.clear()
    planner.stack.clock.advance(3600)


def kinds(planner: Planner, new: dict[str, Any]) -> tuple[dict[str, str], str]:
    """The verdict on each, and why."""
    done = planner(new, "--format", "json")
    verdicts = {key.split(".")[1]: each for key, (each,) in planner.verdicts(done).items()}
    told = {key: each["kind"] for key, each in verdicts.items()}
    assert done.code == (3 if "refused" in told.values() else 0)
    return told, " ".join(each["reason"] for each in verdicts.values())


def test_the_second_of_a_template_is_refused(planner: Planner) -> None:
    told, why = kinds(planner, template(First=FIRST, Second=SECOND))

    assert told == {"First": "create", "Second": "refused"}
    assert "First of stack Demo has the same experiment, Trial. An experiment belongs to one resource" in why


@pytest.mark.parametrize(("region", "kind"), [("us-east-1", "refused"), ("eu-west-1", "create")])
def test_the_second_of_two_stacks_is_refused(planner: Planner, region: str, kind: str) -> None:
    verdicts = planned(planner, {"One": template(ShadowTest=FIRST), "Two": template(ShadowTest=SECOND)}, Two=region)

    assert verdicts == {"One.ShadowTest": ["create"], "Two.ShadowTest": [kind]}


def planned(planner: Planner, stacks: dict[str, dict[str, Any]], **regions: str) -> dict[str, list[str]]:
    """The kinds of the verdicts of several stacks."""
    artifacts = {}
    for name, document in stacks.items():
        planner.shadowtest.write(f"cdk.out/{name}.json", json.dumps(document))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://123456789012/{regions.get(name, 'us-east-1')}",
            "properties": {"templateFile": f"{name}.json"},
        }
    planner.shadowtest.write("cdk.out/manifest.json", json.dumps({"artifacts": artifacts}))
    verdicts = planner.verdicts(planner.shadowtest("plan", "--format", "json"))
    return {key: [each["kind"] for each in told] for key, told in verdicts.items()}


@pytest.mark.parametrize("adopts", [False, True])
@pytest.mark.parametrize("other", ["Another", "Zoo"])
def test_a_test_that_moves_to_another_stack(planner: Planner, other: str, *, adopts: bool) -> None:
    """Either stack may be deployed first. Within one stack, the new resource comes first."""
    planner.deployed.template = template(ShadowTest=FIRST)
    planner.deployed.physical_ids["ShadowTest"] = planner.stack.create(FIRST).physical_id
    moved = template(Moved=FIRST | ({"AdoptExisting": "true"} if adopts else {}))

    assert planned(planner, {other: moved, "Demo": template()}) == {
        f"{other}.Moved": ["unknown"],
        "Demo.ShadowTest": ["end", "remove"],
    }
    assert planned(planner, {other: moved})[f"{other}.Moved"] == ["adopt" if adopts else "refused"]
    assert planned(planner, {"Demo": template(Moved=FIRST)})["Demo.Moved"] == ["refused"]


def test_names_that_are_generated_are_not_the_same(planner: Planner) -> None:
    new = template(First=BEFORE, Second=as_served(EndpointName=OTHER))
    planner.aws.cloudformation.stacks.clear()

    assert kinds(planner, new)[0] == {"First": "create", "Second": "create"}


@pytest.mark.parametrize("conditional", ["First", "Second"])
def test_where_a_condition_is_open_it_is_not_known(planner: Planner, conditional: str) -> None:
    new = template(First=FIRST, Second=SECOND, rest=PARAMETER | CONDITIONS)
    new["Resources"][conditional]["Condition"] = "Later"

    told, why = kinds(planner, new)

    assert told["Second"] == "unknown"
    assert told["First"] == ("unknown" if conditional == "First" else "create")
    assert "its condition is known only at deployment" in why
    assert "First of stack Demo has the same experiment, Trial." in why


def test_a_condition_that_is_known_leaves_one(planner: Planner) -> None:
    new = template(First=FIRST, Second=SECOND, rest={"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}})
    new["Resources"]["First"]["Condition"] = "Never"

    assert kinds(planner, new)[0] == {"Second": "create"}
