"""The templates as a whole: nothing in them changes unseen.

A logical id that changes makes CloudFormation replace what is deployed. ``pytest tests/snapshots --snapshot-update``
takes the snapshots anew.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.support.experiments import RESOURCE_TYPE
from tests.support.public_types import declarable
from tests.support.snapshot_stacks import Everything, as_served, guarded, least, tokens
from tests.support.templates import linted, scrubbed

PROJECT = Path(__file__).parents[2]
FLAGS = json.loads((PROJECT / "cdk.json").read_text())["context"]
STACKS: dict[str, Callable[[App], Stack]] = {
    "everything": lambda app: Everything(app).stack,
    "least": least,
    "as served": as_served,
    "guarded": guarded,
    "tokens": tokens,
}


def rendered(stack: str, *, flags: bool) -> dict[str, Any]:
    return dict(Template.from_stack(STACKS[stack](App(context=FLAGS if flags else {}))).to_json())


@pytest.mark.parametrize("stack", STACKS)
def test_the_template_is_as_it_was(stack: str, snapshot: SnapshotAssertion) -> None:
    assert scrubbed(rendered(stack, flags=False)) == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("stack", STACKS)
def test_the_recommended_feature_flags_leave_what_is_declared_as_it_is(stack: str) -> None:
    without, with_flags = (declared(rendered(stack, flags=flags)) for flags in (False, True))

    assert without
    assert without == with_flags


def declared(template: dict[str, Any]) -> dict[str, Any]:
    """The experiments' properties by their logical ids. How CDK names the policies of a role is its flags' business."""
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == RESOURCE_TYPE
    }


@pytest.mark.parametrize("flags", [False, True], ids=["without flags", "with flags"])
@pytest.mark.parametrize("stack", STACKS)
def test_cfn_lint_finds_nothing(stack: str, flags: bool) -> None:
    assert linted(rendered(stack, flags=flags)) == []


def test_cfn_lint_finds_what_is_wrong() -> None:
    template = rendered("least", flags=False)
    (function,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    function["Properties"]["Timeout"] = 901

    assert any(found.startswith("E") for found in linted(template))


@pytest.mark.parametrize(("name", "parameters"), declarable().items())
def test_everything_is_everything(name: str, parameters: set[str]) -> None:
    assert Everything(App()).given[name] == parameters
