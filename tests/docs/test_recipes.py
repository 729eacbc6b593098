"""What the recipes promise, on the simulated SageMaker and in synthesised templates. Their snippets run elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, RemovalPolicy, aws_ec2
from aws_cdk import Stack as CdkStack
from aws_cdk.assertions import Match, Template

import sagemaker_inference_experiment
from inference_experiment_handler.spec import names
from sagemaker_inference_experiment import InferenceExperimentProvider
from simulation.cloudformation import STACK_ID
from simulation.declarations import (
    CHAMPION,
    ENDPOINT,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    ROLE,
    SHADOW,
    as_served,
    declared,
    shadow_mode,
    variant,
)
from tests.support.assembly import synthesised
from tests.support.experiments import RESOURCE_TYPE, experiment_in, rendered_in
from tests.support.reader import blocks
from tests.support.stack import Stack

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
PROMOTED = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
OTHER_ROLE = f"{ROLE}-2"


@pytest.fixture
def stack() -> Stack:
    return Stack()


@pytest.fixture
def name(stack: Stack) -> str:
    """A test that runs."""
    answer = stack.create(declared())
    assert answer.succeeded, answer.reason
    stack.clock.advance(600)
    return answer.physical_id


def test_each_recipe_is_listed_and_short() -> None:
    index = (RECIPES / "index.md").read_text()
    recipes = sorted(RECIPES.glob("*.md"))

    for recipe in recipes:
        assert recipe.name == "index.md" or f"]({recipe.name})" in index
        assert len(recipe.read_text().splitlines()) <= 70, recipe.name


# before-the-end.md


def test_the_alarm_is_a_day_before_the_end() -> None:
    (block,) = blocks(RECIPES / "before-the-end.md", "python")
    stack = CdkStack(App(), "RankingShadowTest")
    public = vars(sagemaker_inference_experiment)

    exec(block.text, {**public, "self": stack})

    template = Template.from_stack(stack)
    alarm = {"ComparisonOperator": "LessThanThreshold", "Threshold": 24, "AlarmActions": [Match.any_value()]}
    template.has_resource_properties("AWS::CloudWatch::Alarm", alarm)
    assert rendered_in(template)["Properties"]["Attributes"] == ["ScheduledEndEpoch"]


# rotate-the-role.md


def test_another_role_is_refused_and_comes_with_another_run(stack: Stack, name: str) -> None:
    refused = stack.update(declared(), declared(RoleArn=OTHER_ROLE), name)

    assert not refused.succeeded
    assert "RoleArn" in refused.reason
    assert "Start a new run (change Run from" in refused.reason
    assert stack.describe(name)["Status"] == "Running"

    answer = stack.update(declared(), declared(RoleArn=OTHER_ROLE, Run="2"), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(answer.physical_id)["RoleArn"] == OTHER_ROLE
    assert stack.served() == [PRODUCTION]


# stop-in-the-console.md


def stop(stack: Stack, name: str, actions: dict[str, str]) -> None:
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=actions, DesiredState="Completed")
    stack.clock.advance(1200)


@pytest.mark.parametrize("change", [{"sampling": 50}, {"Description": "changed"}, {"Schedule": {"Duration": "P9D"}}])
def test_what_was_stopped_in_the_console_does_not_run_again(stack: Stack, name: str, change: dict[str, Any]) -> None:
    stop(stack, name, REMOVE)

    refused = stack.update(declared(), declared(**change), name)

    assert not refused.succeeded
    assert "Start a new run (change Run from" in refused.reason
    assert stack.update(declared(), declared(Tags=[{"Key": "team", "Value": "a"}]), name).succeeded
    following = stack.update(declared(), declared(Run="2"), name)
    assert following.succeeded, following.reason
    assert stack.shadows() == [SHADOW]


def test_the_conclusion_that_was_chosen_in_the_console_can_be_declared(stack: Stack, name: str) -> None:
    stop(stack, name, PROMOTE)

    other = declared(DesiredState="Completed", ModelVariantActions=REMOVE)
    assert not stack.update(declared(), other, name).succeeded
    assert stack.update(declared(), PROMOTED, name).succeeded
    assert stack.delete(PROMOTED, name).succeeded
    assert stack.names() == []
    assert stack.served() == [SHADOW]


@pytest.mark.parametrize(("new", "there"), [(declared(sampling=50), True), (PROMOTED, False)])
def test_a_record_that_was_deleted_is_created_again_unless_the_test_is_over(
    stack: Stack, name: str, new: dict[str, Any], there: bool
) -> None:
    stop(stack, name, PROMOTE if new is PROMOTED else REMOVE)
    stack.call("DeleteInferenceExperiment", Name=name)

    answer = stack.update(declared(), new, name)

    assert answer.succeeded, answer.reason
    assert (stack.names() == [name]) is there
    assert stack.delete(new, name).succeeded


# move-the-construct.md


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


# vpc.md


def test_a_vpc_changes_neither_the_test_nor_which_function_serves_it() -> None:
    def deployed(*, in_vpc: bool) -> tuple[dict[str, Any], str]:
        stack = CdkStack(App(), "RankingShadowTest")
        if in_vpc:
            InferenceExperimentProvider.for_stack(stack, vpc=aws_ec2.Vpc(stack, "Vpc", max_azs=1))
        experiment_in(stack)
        template = Template.from_stack(stack)
        (function,) = template.find_resources(
            "AWS::Lambda::Function", {"Properties": {"Handler": "inference_experiment_handler.index.handler"}}
        )
        return rendered_in(template)["Properties"], function

    assert deployed(in_vpc=True) == deployed(in_vpc=False)


# keep-the-shadow.md


def test_a_shadow_that_was_kept_is_tested_again_under_its_name(stack: Stack, name: str) -> None:
    kept = declared(DesiredState="Completed", ModelVariantActions=RETAIN)
    answer = stack.update(declared(), kept, name)
    assert answer.succeeded, answer.reason
    assert stack.shadows() == [SHADOW]

    variants = [variant(PRODUCTION, CHAMPION), variant("Shadow-02", "contender")]
    other = declared(Run="2", ModelVariants=variants, ShadowModeConfig=shadow_mode(shadow="Shadow-02"))
    refused = stack.update(kept, other, name)
    assert not refused.succeeded
    assert "can have only one" in refused.reason
    assert stack.roll_back(other, kept, name).succeeded

    again = stack.update(kept, declared(Run="3"), name)
    assert again.succeeded, again.reason
    over = declared(Run="3", DesiredState="Completed", ModelVariantActions=REMOVE)
    assert stack.update(declared(Run="3"), over, again.physical_id).succeeded
    assert stack.shadows() == []


# several-tests.md, revert-a-promotion.md


def test_the_next_run_follows_a_promotion_or_brings_it_about(stack: Stack) -> None:
    promoting = as_served(OnDelete={"ModelVariantActions": {"Shadow": "Promote"}})
    first = stack.create(promoting)
    assert first.succeeded, first.reason
    stack.clock.advance(600)

    second = stack.update(promoting, as_served("contender", Run="2"), first.physical_id)

    assert second.succeeded, second.reason
    assert second.data["ProductionVariantName"] == "Shadow"
    assert second.data["ShadowVariantName"] == "Shadow-2"
    assert stack.delete(promoting, first.physical_id).succeeded
    assert stack.names() == [second.physical_id]


def test_a_promotion_is_reverted_by_the_old_configuration(stack: Stack, name: str) -> None:
    assert stack.update(declared(), PROMOTED, name).succeeded
    assert stack.served() == [SHADOW]

    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=f"{ENDPOINT}-before")
    stack.clock.advance(1200)

    assert stack.served() == [PRODUCTION]
    # The conclusion is not applied once more, whatever else changes, and nothing changes without it.
    mark = stack.mark()
    tagged = PROMOTED | {"Tags": [{"Key": "team", "Value": "a"}]}
    assert stack.update(PROMOTED, tagged, name).succeeded
    assert stack.update(tagged, declared(), name).succeeded
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.served() == [PRODUCTION]
    following = stack.update(declared(), declared(Run="2"), name)
    assert following.succeeded, following.reason


def test_a_promotion_is_reverted_by_another(stack: Stack) -> None:
    first = stack.create(as_served())
    stack.clock.advance(600)
    promoted = as_served(DesiredState="Completed", ModelVariantActions={"Shadow": "Promote"})
    assert stack.update(as_served(), promoted, first.physical_id).succeeded

    revert = as_served(CHAMPION, sampling=100, Run="revert")
    second = stack.update(promoted, revert, first.physical_id)
    assert second.succeeded, second.reason
    stack.clock.advance(600)
    again = revert | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}
    answer = stack.update(revert, again, second.physical_id)

    assert answer.succeeded, answer.reason
    config = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointConfigName"]
    served = stack.call("DescribeEndpointConfig", EndpointConfigName=config)["ProductionVariants"]
    assert [each["ModelName"] for each in served] == [CHAMPION]


# after-promotion.md


def test_an_endpoint_whose_code_is_brought_up_to_date_changes_nothing_for_the_concluded_test(
    stack: Stack, name: str
) -> None:
    assert stack.update(declared(), PROMOTED, name).succeeded
    stack.call(
        "CreateEndpointConfig",
        EndpointConfigName="up-to-date",
        ProductionVariants=[
            {
                "VariantName": SHADOW,
                "ModelName": "challenger",
                "InstanceType": "ml.m5.xlarge",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
        ],
    )
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="up-to-date")
    stack.clock.advance(1200)
    mark = stack.mark()

    answer = stack.update(PROMOTED, PROMOTED | {"EndpointConfigName": "up-to-date"}, name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.served() == [SHADOW]


def test_an_endpoint_that_is_updated_before_the_promotion_has_it_refused(stack: Stack, name: str) -> None:
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=f"{ENDPOINT}-before")
    stack.clock.advance(1200)

    answer = stack.update(declared(), PROMOTED, name)

    assert not answer.succeeded
    assert "endpoint shop was changed while" in answer.reason


# values-from-elsewhere.md


def test_a_value_comes_from_the_context_a_parameter_or_the_parameter_store(tmp_path: Path) -> None:
    from_both, from_lookup = blocks(RECIPES / "values-from-elsewhere.md", "python")
    (tmp_path / "app.py").write_text(from_both.text)
    (tmp_path / "lookup.py").write_text(from_lookup.text)

    def declared_in(assembly: Path) -> dict[str, tuple[Any, Any]]:
        """The model and the sampling of each test, by its endpoint."""
        template = json.loads((assembly / "RankingShadowTest.template.json").read_text())
        properties = [each["Properties"] for each in template["Resources"].values() if each["Type"] == RESOURCE_TYPE]
        return {
            each["EndpointName"]: (
                each["ModelVariants"][0]["ModelName"],
                each["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"],
            )
            for each in properties
        }

    without = declared_in(synthesised(tmp_path / "app.py", tmp_path / "without"))
    assert without["shop-ranking"] == ("ranking-2026", 10)
    assert without["shop-home"][0]["Ref"].startswith("SsmParameterValueshophomecandidate")
    assert without["shop-home"][1] == {"Ref": "Sampling"}
    # As `cdk deploy -c sampling=30` gives it.
    given = declared_in(synthesised(tmp_path / "app.py", tmp_path / "given", sampling="30", model="ranking-2027"))
    assert given["shop-ranking"] == ("ranking-2027", 30)
    key = "ssm:account=123456789012:parameterName=/shop/ranking/candidate:region=us-east-1"
    found = declared_in(synthesised(tmp_path / "lookup.py", tmp_path / "found", **{key: "ranking-2028"}))
    assert found["shop-ranking"] == ("ranking-2028", 10)


def test_a_parameter_that_names_another_model_is_refused_for_a_running_test(stack: Stack) -> None:
    first = stack.create(as_served())
    stack.clock.advance(600)

    refused = stack.update(as_served(), as_served("contender"), first.physical_id)
    following = stack.update(as_served(), as_served("contender", Run="contender"), first.physical_id)

    assert not refused.succeeded
    assert "Start a new run (change Run from" in refused.reason
    assert following.succeeded, following.reason
