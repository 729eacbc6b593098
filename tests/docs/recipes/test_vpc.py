"""The recipe for a function in a VPC."""

from typing import Any

from aws_cdk import App, aws_ec2
from aws_cdk import Stack as CdkStack
from aws_cdk.assertions import Template

from sagemaker_inference_experiment import InferenceExperimentProvider
from tests.support.experiments import experiment_in, rendered_in


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
