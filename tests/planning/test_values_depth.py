"""Values that depend on each other: how deeply they are followed."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from shadowtest.values.resolver import Resolver
from shadowtest.values.stack import DeployedStack
from shadowtest.values.unknown import KnownAtDeployment
from tests.support.values import PLACE, STACK, resolved, resources, role


@pytest.fixture(params=[None, 20_000])
def recursion_limit(request: pytest.FixtureRequest) -> Iterator[None]:
    """As it is, and as a library may have set it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(request.param or before)
    yield
    sys.setrecursionlimit(before)


def chain_of(links: int) -> dict[str, Any]:
    """Conditions and resources, each of which depends on the next one in the way that takes the most Python calls."""
    conditions = {f"C{n}": {"Fn::Not": [{"Fn::Not": [{"Condition": f"C{n + 1}"}]}]} for n in range(links)}
    roles = {f"R{n}": {"Type": "AWS::IAM::Role", "Properties": {"Fn::Sub": f"${{R{n + 1}.Arn}}"}} for n in range(links)}
    names = {f"N{n}": role(RoleName={"Ref": f"N{n + 1}"}) for n in range(links)}
    last = role(RoleName="last")
    return {
        "Conditions": conditions | {f"C{links}": {"Fn::Equals": ["a", "a"]}},
        "Resources": {**roles, **names, f"R{links}": last, f"N{links}": last, "Last": role() | {"Condition": "C0"}},
    }


@pytest.mark.parametrize("links", [100, 2000])
@pytest.mark.usefixtures("recursion_limit")
def test_what_is_too_deep_to_follow_is_not_known(links: int) -> None:
    template = chain_of(links)
    ids = {key: key for key in template["Resources"]}
    deployed = DeployedStack(STACK, physical_ids=ids, template=chain_of(links) | {"Conditions": {}})

    for stack in (None, deployed):
        resolver = Resolver(template, PLACE, deployed=stack)
        found = [
            resolver.exists("Last"),
            resolver.properties("R0"),
            resolver.properties("N0"),
            resolver.resolve({"Fn::Sub": "${N0}"}),
        ]
        assert {each.why for each in found} == {"its values depend on each other more deeply than can be followed"}


def test_the_depth_is_that_of_both_templates_together() -> None:
    deployed_template = chain_of(100)
    ids = {key: key for key in deployed_template["Resources"]}
    deployed = DeployedStack(STACK, physical_ids=ids, template=deployed_template)
    template = chain_of(100)
    for n in range(60):
        following = "R0.Arn" if n == 59 else f"D{n + 1}.Arn"
        template["Resources"][f"D{n}"] = {"Type": "AWS::IAM::Role", "Properties": {"Fn::Sub": f"${{{following}}}"}}

    assert isinstance(Resolver(template, PLACE, deployed=deployed).properties("D0"), KnownAtDeployment)


@pytest.mark.usefixtures("recursion_limit")
def test_what_is_not_too_deep_is_followed() -> None:
    template = chain_of(45)

    assert Resolver(template, PLACE).exists("Last") is True
    assert Resolver(template, PLACE).properties("N0") == {"RoleName": "last"}


def test_a_chain_of_resources_is_followed_once() -> None:
    def chain(tag: str) -> dict[str, Any]:
        following = {f"R{n}": {"Fn::Sub": f"${{R{n + 1}}}-${{R{n + 1}.Arn}}"} for n in range(40)}
        return resources(
            R40=role(RoleName="last", Path="/"),
            **{each: role(Description=text, Tags=[tag]) for each, text in following.items()},
        )

    deployed = DeployedStack(STACK, physical_ids={f"R{n}": f"id-{n}" for n in range(41)}, template=chain("old"))

    assert resolved({"Ref": "R0"}, template=chain("new"), deployed=deployed) == "id-0"
