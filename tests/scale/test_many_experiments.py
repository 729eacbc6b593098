"""A hundred experiments stay far from CloudFormation's and IAM's limits."""

from typing import Any

import pytest
from aws_cdk import App

from bench import scale
from bench.apps import buckets, experiments, resources

TEMPLATE = 1_000_000
"""Bytes of a template."""
RESOURCES = 500
"""Of a template."""
POLICIES = 10_240
"""Characters of a role's inline policies in all."""


@pytest.mark.parametrize(
    ("stacks", "each", "roles"),
    [(1, 100, 1), (1, 100, 0), (10, 10, 1)],
    ids=["100 in one stack", "with the role that is made", "10 stacks that share a function"],
)
def test_a_hundred_experiments_keep_far_from_the_limits(stacks: int, each: int, roles: int) -> None:
    many = scale.scale(experiments.made(App(), stacks, each, roles=roles).synth())

    assert many.largest_template < TEMPLATE / 4
    assert many.most_resources < RESOURCES / 4
    assert many.policies < POLICIES / 2


@pytest.mark.parametrize(
    ("stacks", "each", "more"),
    [(24, 4, {"roles": 1}), (1, 60, {"roles": 60}), (1, 20, {"adopt": True})],
    ids=["stacks that share a function", "roles in a stack", "tests to take over in a stack"],
)
def test_what_the_functions_policies_grow_with_may_be_as_many_as_the_readme_says(
    stacks: int, each: int, more: dict[str, Any]
) -> None:
    many = scale.scale(experiments.made(App(), stacks, each, **more).synth())

    assert POLICIES / 3 < many.policies < POLICIES


@pytest.mark.parametrize("roles", [0, 1], ids=["made", "given"])
def test_the_functions_policies_do_not_grow_with_the_experiments(roles: int) -> None:
    one, hundred = (scale.scale(experiments.made(App(), 1, each, roles=roles).synth()) for each in (1, 100))

    assert one.policies == hundred.policies


def test_a_further_experiment_is_one_further_resource() -> None:
    ten, eleven = (scale.scale(experiments.made(App(), 1, each).synth()) for each in (10, 11))

    assert eleven.most_resources == ten.most_resources + 1


def test_stacks_that_share_a_function_have_one() -> None:
    assembly = experiments.made(App(), 10, 3).synth()

    kinds = [resource["Type"] for stack in assembly.stacks for resource in stack.template["Resources"].values()]
    assert kinds.count("AWS::Lambda::Function") == 1
    assert kinds.count("Custom::SageMakerInferenceExperiment") == 30


def test_no_stacks_policy_takes_the_place_of_anothers() -> None:
    assembly = experiments.made(App(), 10, 1).synth()

    # All are of one role, which has one inline policy of a name.
    resources = [resource for stack in assembly.stacks for resource in stack.template["Resources"].values()]
    names = [each["Properties"]["PolicyName"] for each in resources if each["Type"] == "AWS::IAM::Policy"]
    assert len(names) > 10
    assert len(set(names)) == len(names)


def test_the_buckets_are_as_many() -> None:
    assembly = buckets.made(App(), 2, 3).synth()

    kinds = [resource["Type"] for stack in assembly.stacks for resource in stack.template["Resources"].values()]
    assert kinds == ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"] * 6


def test_the_resources_declare_the_same_experiments() -> None:
    assembly = resources.made(App(), 2, 3).synth()

    kinds = [resource["Type"] for stack in assembly.stacks for resource in stack.template["Resources"].values()]
    assert kinds == ["AWS::SageMaker::InferenceExperiment"] * 6
