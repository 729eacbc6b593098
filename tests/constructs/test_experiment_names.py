"""The names of a stack's experiments."""

from typing import Any

import pytest
from aws_cdk import Stack

from sagemaker_inference_experiment import InvalidExperimentError


def test_two_experiments_of_a_stack_have_no_name_in_common(declared: Any) -> None:
    declared.experiment("One", experiment_name="shop")

    with pytest.raises(InvalidExperimentError, match="experiment_name is 'Shop', which is the name of Demo/One"):
        declared.experiment("Two", experiment_name="Shop")


def test_an_experiment_that_is_removed_gives_its_name_back(declared: Any) -> None:
    declared.experiment("One", experiment_name="shop")
    declared.stack.node.try_remove_child("One")

    assert declared.experiment("Two", experiment_name="shop")


def test_experiments_of_several_stacks_may_have_a_name_in_common(declared: Any) -> None:
    declared.experiment("One", experiment_name="shop")

    assert declared.experiment_in(Stack(declared.app, "Other"), "Two", experiment_name="shop")
