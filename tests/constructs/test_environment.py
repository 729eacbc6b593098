"""The resources of an experiment are in its own account and region."""

from typing import Any

import pytest
from aws_cdk import Environment, Stack, aws_iam

from sagemaker_inference_experiment import InferenceExperimentProvider, InvalidExperimentError


def other_environment(declared: Any, **place: str) -> Stack:
    here = {"account": "111122223333", "region": "eu-west-1"}
    return Stack(declared.app, "Elsewhere", env=Environment(**{**here, **place}), cross_region_references=True)


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ({"region": "us-east-1"}, "the provider's region is 'us-east-1', must be that of the experiment, 'eu-west-1'"),
        ({"account": "222222222222"}, "the provider's account is '222222222222', must be that of the experiment, '11"),
    ],
    ids=["region", "account"],
)
def test_a_function_of_another_place_is_refused(declared_in_dublin: Any, place: dict[str, str], problem: str) -> None:
    provider = InferenceExperimentProvider(other_environment(declared_in_dublin, **place), "Provider")

    with pytest.raises(InvalidExperimentError, match=problem):
        declared_in_dublin.experiment(provider=provider)


def test_a_role_of_another_account_is_refused(declared_in_dublin: Any) -> None:
    role = aws_iam.Role.from_role_arn(declared_in_dublin.stack, "Role", "arn:aws:iam::222222222222:role/shop")

    with pytest.raises(InvalidExperimentError, match="the role's account is '222222222222', must be that of"):
        declared_in_dublin.experiment(role=role)
