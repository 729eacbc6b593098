"""``shadowtest plan``: what the deployed stack itself allows, and what CloudFormation does by itself."""

from typing import Any

import pytest

from simulation.declarations import as_served
from tests.support.planner import BEFORE, Planner, template

NEW_RUN = as_served(Run="2")


def kinds(planner: Planner, new: dict[str, Any], *options: str) -> list[str]:
    verdicts = planner.verdicts(planner(new, "--format", "json", *options))
    return [each["kind"] for each in verdicts["Demo.ShadowTest"]]


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("UPDATE_ROLLBACK_FAILED", "Continue the rollback with 'aws cloudformation continue-update-rollback'."),
        ("IMPORT_ROLLBACK_FAILED", "Continue the rollback"),
        ("DELETE_FAILED", "Delete the stack."),
    ],
)
@pytest.mark.parametrize("new", [BEFORE, as_served(sampling=50)])
def test_each_deployment_is_refused(planner: Planner, status: str, way_out: str, new: dict[str, Any]) -> None:
    planner.deployed.status = status
    planner.aws.unreadable.add(planner.name)

    done = planner(template(ShadowTest=new))

    assert (done.code, done.err) == (3, "")
    assert f"REFUSED  The deployment fails: the stack is {status}, in which CloudFormation can't update it." in done.out
    assert way_out in done.out


def test_an_operation_that_goes_on_is_said(planner: Planner) -> None:
    planner.deployed.status = "UPDATE_IN_PROGRESS"

    done = planner(template(ShadowTest=BEFORE))

    assert done.code == 0
    assert "The stack is UPDATE_IN_PROGRESS. CloudFormation accepts no deployment" in done.out


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_a_stack_whose_creation_failed_is_planned_as_a_new_one(planner: Planner, status: str) -> None:
    planner.deployed.status = status
    planner.deployed.parameters["Sampling"] = "40"
    rest = {"Parameters": {"Sampling": {"Type": "Number", "Default": 20}}}
    planner.stack.serve("other")
    planner.stack.clock.advance(3600)
    new = as_served(sampling={"Ref": "Sampling"}, EndpointName="other")

    done = planner(template(ShadowTest=new, rest=rest), "--format", "json")

    (verdict,) = planner.verdicts(done)["Demo.ShadowTest"]
    assert (verdict["kind"], verdict["sampling"]) == ("create", 20)
    assert verdict["experiment"] == "(name generated at deployment)"
    assert f"The stack is {status}." in done.out
    assert "'cdk deploy' deletes the stack and creates it again" in done.out


def test_an_old_run_that_is_retained_goes_on(planner: Planner) -> None:
    new = template(ShadowTest=NEW_RUN)

    assert kinds(planner, new) == ["end", "replace", "remove"]
    new["Resources"]["ShadowTest"]["UpdateReplacePolicy"] = "Retain"
    assert kinds(planner, new) == ["end", "replace"]


def test_a_policy_may_be_a_function(planner: Planner) -> None:
    new = template(ShadowTest=NEW_RUN, rest={"Parameters": {"Policy": {"Type": "String"}}})
    new["Resources"]["ShadowTest"]["UpdateReplacePolicy"] = {"Ref": "Policy"}

    assert kinds(planner, new, "--parameters", "Policy=Retain") == ["end", "replace"]
    assert kinds(planner, new, "--parameters", "Policy=Delete") == ["end", "replace", "remove"]
    new["Parameters"]["Policy"] = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/policy"}
    unknown = planner(new, "--strict")
    assert unknown.code == 4
    assert "its UpdateReplacePolicy is known only at deployment (CloudFormation reads parameter Policy" in unknown.out
    # Of a resource that is new, it matters to no deployment yet.
    planner.deployed.physical_ids.clear()
    assert kinds(planner, new) != ["unknown"]


def test_a_resource_that_was_removed_and_retained_is_a_new_one(planner: Planner) -> None:
    planner.deployed.resource_statuses["ShadowTest"] = "DELETE_SKIPPED"
    planner.deployed.template = template()

    done = planner(template(ShadowTest=as_served(sampling=50)), "--format", "json")

    (verdict,) = planner.verdicts(done)["Demo.ShadowTest"]
    assert verdict["request"] == "Create"


@pytest.mark.parametrize("becomes", [True, False])
def test_the_type_of_a_deployed_resource_can_not_change(planner: Planner, *, becomes: bool) -> None:
    topic = {"Resources": {"ShadowTest": {"Type": "AWS::SNS::Topic"}}}
    if becomes:
        planner.deployed.template = topic

    done = planner(template(ShadowTest=BEFORE) if becomes else topic)

    types = ["AWS::SNS::Topic", "Custom::SageMakerInferenceExperiment"]
    old, new = types if becomes else reversed(types)
    assert done.code == 3
    assert f"CloudFormation does not allow the type of a deployed resource to change (from {old} to {new})." in done.out


def test_an_endpoint_that_sagemaker_updates_is_waited_out(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    client = planner.stack.ports.sagemaker()
    describe = client.describe_endpoint
    monkeypatch.setattr(
        client, "describe_endpoint", lambda **asked: describe(**asked) | {"EndpointStatus": "SystemUpdating"}
    )

    done = planner(template(ShadowTest=as_served(sampling=50)), "--format", "json")

    (verdict,) = planner.verdicts(done)["Demo.ShadowTest"]
    assert verdict["kind"] == "update in place"
    assert verdict["waitsFor"] == ["endpoint shop: SystemUpdating"]
