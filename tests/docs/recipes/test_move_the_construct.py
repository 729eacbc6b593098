"""The recipe for a construct that gets another place or another stack."""

from typing import Any

from aws_cdk import App, RemovalPolicy
from aws_cdk import Stack as CdkStack
from aws_cdk.assertions import Template

from inference_experiment_handler.spec import names
from simulation.cloudformation import STACK_ID
from simulation.declarations import SHADOW, declared, shadow_mode
from tests.support.experiments import experiment_in, rendered_in
from tests.support.recipes import OTHER_ROLE
from tests.support.stack import Stack


def test_a_logical_id_that_is_kept_keeps_the_resource() -> None:
    def resources(id: str) -> dict[str, Any]:
        stack = CdkStack(App(), "RankingShadowTest")
        resource: Any = experiment_in(stack, id).node.default_child
        resource.override_logical_id("ShadowTest0D00F6EB")
        return dict(Template.from_stack(stack).to_json()["Resources"])

    assert resources("RankingTest") == resources("ShadowTest")
    assert "ShadowTest0D00F6EB" in resources("RankingTest")


def test_a_test_that_is_moved_to_another_stack_goes_on(stack: Stack, name: str) -> None:
    moved = Stack(stack_id=f"{STACK_ID}-other", logical_id="MovedTest", beside=stack)
    taken = declared(Name=name, AdoptExisting=True)
    mark = stack.mark()

    answer = moved.create(taken)

    assert answer.succeeded, answer.reason
    # Also without RETAIN, the old stack leaves alone what is no longer its own.
    assert stack.delete(declared(), name).succeeded
    assert {"StopInferenceExperiment", "DeleteInferenceExperiment"}.isdisjoint(stack.calls(since=mark))
    assert stack.describe(name)["Status"] == "Running"
    assert moved.update(taken, taken | {"ShadowModeConfig": shadow_mode(50)}, name).succeeded
    # Then the next test, with a name of its own.
    following = moved.update(taken, declared(Run="2"), name)
    assert following.succeeded, following.reason
    assert moved.shadows() == [SHADOW]


def test_a_test_is_not_moved_to_another_role(stack: Stack, name: str) -> None:
    moved = Stack(stack_id=f"{STACK_ID}-other", beside=stack)

    answer = moved.create(declared(Name=name, AdoptExisting=True, RoleArn=OTHER_ROLE))

    assert not answer.succeeded
    assert "RoleArn" in answer.reason
    assert stack.describe(name)["Status"] == "Running"


def test_a_move_that_is_rolled_back_leaves_the_test_to_the_old_stack(stack: Stack, name: str) -> None:
    moved = Stack(stack_id=f"{STACK_ID}-other", logical_id="MovedTest", beside=stack)
    taken = declared(Name=name, AdoptExisting=True)
    assert moved.create(taken).succeeded

    rollback = moved.event("Delete", taken, physical_id=name)
    moved.status_during[rollback["RequestId"]] = "ROLLBACK_IN_PROGRESS"
    moved.deliver(rollback)
    moved.run()

    assert moved.answers[-1].succeeded
    assert stack.describe(name)["Status"] == "Running"
    assert stack.update(declared(), declared(sampling=50), name).succeeded


def test_a_resource_that_cloudformation_itself_would_move_is_refused_its_next_update(stack: Stack, name: str) -> None:
    refactored = Stack(logical_id="RankingTest", beside=stack)

    answer = refactored.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert "AdoptExisting: true" in answer.reason
    assert stack.describe(name)["Status"] == "Running"
    assert refactored.update(declared(), declared(Name=name, AdoptExisting=True, sampling=50), name).succeeded
    assert stack.describe(name)["ShadowModeConfig"] == shadow_mode(50)


def test_retain_keeps_the_test_where_its_stack_lets_go_of_it() -> None:
    stack = CdkStack(App(), "RankingShadowTest")
    experiment_in(stack, removal_policy=RemovalPolicy.RETAIN)

    assert rendered_in(Template.from_stack(stack))["DeletionPolicy"] == "Retain"


def test_the_generated_name_is_that_of_the_stack_the_logical_id_and_the_run() -> None:
    here = names.generated(STACK_ID, "ShadowTest0D00F6EB", "1")

    assert here != names.generated(f"{STACK_ID}-other", "ShadowTest0D00F6EB", "1")
    assert here != names.generated(STACK_ID, "RankingTest", "1")
