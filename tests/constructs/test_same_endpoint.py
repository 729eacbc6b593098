"""Several experiments of an app on one endpoint, which can have one shadow variant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aws_cdk import (
    Annotations,
    Aws,
    CfnCondition,
    CfnResource,
    Duration,
    Environment,
    Fn,
    Stack,
    Stage,
    aws_sagemaker,
)
from aws_cdk.assertions import Annotations as Found
from aws_cdk.assertions import Match
from aws_cdk.aws_sagemaker_alpha import Endpoint

from sagemaker_inference_experiment import Conclusion, ModelVariant, Schedule

ID = "sagemaker-inference-experiment:sharedEndpoint"
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")
OTHER_SHADOW = replace(SHADOW, variant_name="Shadow-02")


def in_june(first: int, last: int) -> Schedule:
    return Schedule.start_at(datetime(2090, 6, first, tzinfo=UTC), until=datetime(2090, 6, last, tzinfo=UTC))


def warned(stack: Stack) -> list[str]:
    return [str(each.entry.data) for each in Found.from_stack(stack).find_warning("*", Match.string_like_regexp(ID))]


def app_endpoint(declared: Any) -> aws_sagemaker.CfnEndpoint:
    return aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_name="shop", endpoint_config_name="config")


SAME: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "a name": lambda _: ("shop", "Shop"),
    "a construct": lambda declared: (endpoint := app_endpoint(declared), endpoint.attr_endpoint_name),
    "a construct and its name": lambda declared: (app_endpoint(declared), "shop"),
    "a name and an import": lambda declared: ("shop", Endpoint.from_endpoint_name(declared.stack, "E", "shop")),
}


@pytest.mark.parametrize("endpoints", SAME.values(), ids=SAME)
def test_two_experiments_on_one_endpoint_are_warned_of(
    declared: Any, endpoints: Callable[[Any], tuple[Any, Any]]
) -> None:
    one, two = endpoints(declared)
    declared.experiment("One", endpoint=one)
    second = declared.experiment("Two", endpoint=two)

    (said,) = warned(declared.stack)
    assert "endpoint is also the endpoint of Demo/One, and an endpoint can have only one shadow variant" in said
    Annotations.of(second).acknowledge_warning(ID, "the first is over")
    assert warned(declared.stack) == []


def test_the_warning_names_all_others(declared: Any) -> None:
    for id in ("One", "Two", "Three"):
        declared.experiment(id)

    assert [said.partition(", and")[0] for said in warned(declared.stack)] == [
        "endpoint is also the endpoint of Demo/One",
        "endpoint is also the endpoint of Demo/One, Demo/Two",
    ]


def test_tests_that_are_declared_to_run_at_the_same_time_are_refused(declared: Any) -> None:
    declared.experiment("One", schedule=in_june(1, 8))
    declared.experiment("Two", schedule=in_june(7, 9))

    with pytest.raises(RuntimeError) as raised:
        declared.app.synth()

    assert (
        "Demo/Two: endpoint is also the endpoint of Demo/One, must be another: the tests are declared to run from "
        "2090-06-01T00:00:00Z to 2090-06-08T00:00:00Z and from 2090-06-07T00:00:00Z to 2090-06-09T00:00:00Z, and an "
        "endpoint can have only one shadow variant. Otherwise, change the schedule of one test, or declare its "
        "conclusion"
    ) in str(raised.value)


APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "other endpoints": ({}, {"endpoint": "other"}),
    "one after the other": ({"schedule": in_june(1, 8)}, {"schedule": in_june(8, 9)}),
    "now, and later": (
        {"schedule": Schedule.start_now(until=datetime(2090, 6, 1, tzinfo=UTC))},
        {"schedule": in_june(8, 9)},
    ),
    "the first is concluded": ({"conclusion": Conclusion.remove_shadow()}, {}),
    "the second is concluded": ({}, {"conclusion": Conclusion.cancel()}),
    "the end of the first is past": ({"schedule": Schedule.start_now(until=datetime(2020, 1, 1, tzinfo=UTC))}, {}),
    "the shadow that is kept is tested again": ({"conclusion": Conclusion.retain_both()}, {}),
}


@pytest.mark.parametrize(("first", "second"), APART.values(), ids=APART)
def test_tests_that_take_turns_are_not_warned_of(declared: Any, first: dict[str, Any], second: dict[str, Any]) -> None:
    declared.experiment("One", **first)
    declared.experiment("Two", **second)

    assert warned(declared.stack) == []


def test_a_shadow_that_is_kept_leaves_no_room_for_another(declared: Any) -> None:
    declared.experiment("One", conclusion=Conclusion.retain_both())
    declared.experiment("Two", shadow_variant=OTHER_SHADOW)

    assert len(warned(declared.stack)) == 1


def test_a_test_whose_end_is_not_known_is_only_warned_of(declared: Any) -> None:
    declared.experiment("One", schedule=Schedule.start_now(for_=Duration.days(2)))
    declared.experiment("Two", schedule=in_june(1, 8))

    assert len(warned(declared.stack)) == 1


def test_experiments_of_several_stacks_share_an_endpoint_too(declared: Any) -> None:
    other = Stack(declared.app, "Other")
    declared.experiment("One")
    declared.experiment_in(other, "Two")

    assert "endpoint is also the endpoint of Demo/One" in warned(other)[0]


def test_a_stage_is_deployed_by_itself(declared: Any) -> None:
    staged = Stack(Stage(declared.app, "Stage"), "Staged")
    declared.experiment("One")
    declared.experiment_in(staged, "Two", role=None)

    assert warned(declared.stack) == []


def test_an_experiment_that_is_removed_is_not_there(declared: Any) -> None:
    declared.experiment("One", schedule=in_june(1, 8))
    declared.stack.node.try_remove_child("One")
    declared.experiment("Two", schedule=in_june(1, 8))

    assert warned(declared.stack) == []


def test_of_two_experiments_conditions_may_allow_one_only(declared: Any) -> None:
    one = CfnCondition(declared.stack, "UseOne", expression=Fn.condition_equals(Aws.REGION, "eu-west-1"))
    two = CfnCondition(declared.stack, "UseTwo", expression=Fn.condition_equals(Aws.REGION, "us-east-1"))
    for id, condition in (("One", one), ("Two", two)):
        resource = declared.experiment(id, schedule=in_june(1, 8)).node.default_child
        assert isinstance(resource, CfnResource)
        resource.cfn_options.condition = condition

    assert len(warned(declared.stack)) == 1


def test_stacks_that_name_no_account_may_be_for_several(declared: Any) -> None:
    other = Stack(declared.app, "Other")
    declared.experiment("One", schedule=in_june(1, 8))
    declared.experiment_in(other, "Two", schedule=in_june(1, 8), role=None)

    assert len(warned(other)) == 1


SURE: dict[str, tuple[bool, Callable[[Any], Any]]] = {
    "named accounts": (True, lambda _: "shop"),
    "a construct": (False, app_endpoint),
}


@pytest.mark.parametrize(("named", "given"), SURE.values(), ids=SURE)
def test_tests_of_several_stacks_on_one_endpoint_are_refused(
    declared: Any, declared_in_dublin: Any, named: bool, given: Callable[[Any], Any]
) -> None:
    here = declared_in_dublin if named else declared
    env = Environment(account="111122223333", region="eu-west-1") if named else None
    endpoint = given(here)
    here.experiment("One", endpoint=endpoint, schedule=in_june(1, 8))
    here.experiment_in(Stack(here.app, "Other", env=env), "Two", endpoint=endpoint, schedule=in_june(1, 8), role=None)

    with pytest.raises(RuntimeError, match="Other/Two: endpoint is also the endpoint of Demo/One"):
        here.app.synth()
