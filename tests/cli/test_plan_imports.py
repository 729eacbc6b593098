"""``shadowtest plan`` of values that a stack imports from another stack of the same deployment."""

from typing import Any

import pytest

from simulation.declarations import Declaration
from tests.support.account import Deployed
from tests.support.endpoint_changes import write_assembly
from tests.support.planner import BEFORE, Planner, template

IMPORTS: Declaration = BEFORE | {"ModelVariants": [{"ModelName": {"Fn::ImportValue": "Challenger"}}]}
GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "one"}}
OF_GROUP = {"Fn::GetAtt": ["Group", "GroupId"]}


def exporting(value: Any, **more: Any) -> dict[str, Any]:
    outputs = {"Model": {"Value": value, "Export": {"Name": "Challenger"}}, "Plain": {"Value": "x"}, **more}
    return {"Resources": {"Group": GROUP}, "Outputs": outputs}


def plan(planner: Planner, before: Any, after: Any, stack: str) -> dict[str, Any]:
    """The verdict of a test that imports what another stack exports."""
    of_models = planner.stack.stack_id.replace("/Demo/", "/Models/")
    planner.aws.cloudformation.stacks["Models"] = Deployed(of_models, exporting(before), {"Group": "challenger"})
    planner.aws.cloudformation.exports["Challenger"] = "challenger"
    write_assembly(planner, Models=exporting(after), **{stack: template(ShadowTest=IMPORTS)})
    verdicts = planner.verdicts(planner.shadowtest("plan", "--format", "json"))
    (verdict,) = verdicts[f"{stack}.ShadowTest"]
    return dict(verdict)


@pytest.mark.parametrize(
    ("before", "after", "model"),
    [
        ("challenger", "challenger", "challenger"),
        ("challenger", "contender", "known at deployment"),
        ("challenger", {"Ref": "AWS::NotificationARNs"}, "known at deployment"),
        (OF_GROUP, OF_GROUP, "challenger"),
        (OF_GROUP, {"Fn::Sub": "${Missing}"}, "challenger"),
    ],
)
def test_a_new_import(planner: Planner, before: Any, after: Any, model: str) -> None:
    planner.stack.delete(BEFORE, planner.name)
    planner.stack.clock.advance(3600)

    verdict = plan(planner, before, after, "New")

    assert verdict["kind"] == "create"
    assert f"shadow Shadow: {model} on" in verdict["reason"]


def test_an_import_that_is_deployed_does_not_change(planner: Planner) -> None:
    """CloudFormation refuses to change the export."""
    planner.deployed.template = template(ShadowTest=IMPORTS)

    assert plan(planner, "challenger", "contender", "Demo")["kind"] == "nothing"
