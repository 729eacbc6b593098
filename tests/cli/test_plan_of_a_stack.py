"""``shadowtest plan``: what the deployed stack allows, and what CloudFormation does by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulation.declarations import as_served
from tests.support.foreign import make_theirs
from tests.support.planner import BEFORE, Planner, template

NEW_RUN = as_served(Run="2")


def kinds(planner: Planner, new: dict[str, Any], *options: str) -> list[str]:
    verdicts = planner.verdicts(planner(new, "--format", "json", *options))
    return [each["kind"] for each in verdicts["Demo.ShadowTest"]]


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("UPDATE_ROLLBACK_FAILED", "Continue the rollback with 'aws cloudformation continue-update-rollback'."),
        ("IMPORT_ROLLBACK_FAILED", "AWS documents no way to continue the rollback of an import."),
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


@pytest.mark.parametrize(
    "status",
    ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"],
)
def test_an_operation_that_goes_on_is_said(planner: Planner, status: str) -> None:
    planner.deployed.status = status

    done = planner(template(ShadowTest=BEFORE))

    assert done.code == 0
    assert f"The stack is {status}. CloudFormation accepts no deployment until this operation ends. What" in done.out


@pytest.mark.parametrize("status", ["CREATE_FAILED", "UPDATE_FAILED"])
def test_a_stack_that_was_not_rolled_back_is_updated(planner: Planner, status: str) -> None:
    planner.deployed.status = status
    new = template(ShadowTest=as_served(sampling=50))

    assert kinds(planner, new) == ["update in place"]
    assert "only if rollback is disabled, as with 'cdk deploy --no-rollback'" in planner(new).out


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS"])
@pytest.mark.parametrize("named", [{}, {"Name": "trial"}])
def test_the_test_of_a_stack_that_is_deleted_first_ends(planner: Planner, status: str, named: dict[str, str]) -> None:
    planner.stack.delete(BEFORE, planner.name)
    old = planner.stack.create(BEFORE | named).physical_id
    planner.deployed.physical_ids["ShadowTest"] = old
    planner.deployed.status = status
    planner.deployed.resource_statuses["ShadowTest"] = "DELETE_FAILED"

    done = planner(template(ShadowTest=BEFORE | named), "--format", "json")

    verdicts = planner.verdicts(done)["Demo.ShadowTest"]
    assert (done.code, done.err) == (0, "")
    assert [each["kind"] for each in verdicts] == ["end", "remove", "create"]
    new = named.get("Name", "(name generated at deployment)")
    assert [each["experiment"] for each in verdicts] == [old, old, new]
    assert f"The stack is {status}." in done.out


def test_somebody_elses_test_stays_where_a_stack_is_deleted_first(planner: Planner) -> None:
    planner.stack.delete(BEFORE, planner.name)
    make_theirs(planner.stack, Schedule={"StartTime": datetime(2030, 1, 5, tzinfo=UTC)})
    planner.stack.serve("other")
    planner.stack.clock.advance(3600)
    named = BEFORE | {"Name": "trial"}
    planner.deployed.physical_ids["ShadowTest"] = planner.stack.create(named | {"EndpointName": "other"}).physical_id
    planner.deployed.status = "ROLLBACK_FAILED"

    assert kinds(planner, template(ShadowTest=named)) == ["end", "remove", "refused"]


def test_what_follows_a_deletion_that_may_fail_is_not_known(planner: Planner) -> None:
    planner.deployed.status = "DELETE_IN_PROGRESS"
    actions = {"AllTraffic": "Retain", "Shadow": "Remove"}
    planner.stack.call("StopInferenceExperiment", Name=planner.name, ModelVariantActions=actions)

    done = planner(template(ShadowTest=BEFORE), "--format", "json")

    last = planner.verdicts(done)["Demo.ShadowTest"][-1]
    assert (done.code, last["kind"]) == (0, "unknown")
    assert "the old stack must be deleted first" in last["reason"]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_a_stack_whose_creation_failed_is_planned_as_a_new_one(planner: Planner, status: str) -> None:
    planner.deployed.status = status
    planner.deployed.resource_statuses["ShadowTest"] = "DELETE_COMPLETE"
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
