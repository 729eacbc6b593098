"""The cost of a stack and of a life: resources, the size of the asset, calls and billed time."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from aws_cdk import App, CustomResource, Stack, aws_iam, aws_lambda, custom_resources
from aws_cdk.assertions import Template

from campaign.life import live
from sagemaker_inference_experiment import InferenceExperiment, ModelVariant
from sagemaker_inference_experiment._asset import collect

LIVES = 200


def resources() -> dict[str, tuple[int, int]]:
    """The number of resources in a stack for the first experiment, and for each further one."""
    return {name: (made(1), made(2) - made(1)) for name, made in _MADE.items()}


def asset_size() -> int:
    """The size in bytes, before compression."""
    with tempfile.TemporaryDirectory() as folder:
        collect(Path(folder))
        return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


def of_a_life() -> dict[str, float]:
    """Means over lives of the fault campaign, including faults."""
    outcomes = [live(seed) for seed in range(LIVES)]
    total = Counter[str]()
    for outcome in outcomes:
        total.update(
            calls=outcome.calls,
            invocations=outcome.invocations,
            requests=outcome.requests,
            seconds=round(outcome.billed),
        )
    return {name: count / LIVES for name, count in total.items()}


def _stack() -> Stack:
    return Stack(App(), "Stack")


def _count(stack: Stack) -> int:
    kinds: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return len(kinds)


def _experiments(number: int) -> int:
    stack = _stack()
    role = aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/sagemaker")
    for index in range(number):
        InferenceExperiment(
            stack,
            f"Test{index}",
            endpoint="shop",
            role=role,
            production_variant=ModelVariant(model="a", variant_name="A", instance_type="ml.m5.large"),
            shadow_variant=ModelVariant(model="b", variant_name="B", instance_type="ml.m5.large"),
            sampling_percentage=10,
        )
    return _count(stack)


def _provider(number: int) -> int:
    stack = _stack()

    def function(id: str) -> aws_lambda.Function:
        code = aws_lambda.Code.from_inline("def handler(event, context): ...")
        runtime = aws_lambda.Runtime.PYTHON_3_13
        return aws_lambda.Function(stack, id, runtime=runtime, handler="index.handler", code=code)

    provider = custom_resources.Provider(
        stack, "Provider", on_event_handler=function("OnEvent"), is_complete_handler=function("IsComplete")
    )
    for index in range(number):
        CustomResource(stack, f"Test{index}", service_token=provider.service_token)
    return _count(stack)


def _sdk_calls(number: int) -> int:
    stack = _stack()
    for index in range(number):
        custom_resources.AwsCustomResource(
            stack,
            f"Test{index}",
            on_create=custom_resources.AwsSdkCall(
                service="SageMaker",
                action="createInferenceExperiment",
                physical_resource_id=custom_resources.PhysicalResourceId.of("test"),
            ),
            policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(
                resources=custom_resources.AwsCustomResourcePolicy.ANY_RESOURCE
            ),
            install_latest_aws_sdk=False,
        )
    return _count(stack)


_MADE = {
    "InferenceExperiment": _experiments,
    "CDK's Provider (isComplete)": _provider,
    "CDK's AwsCustomResource": _sdk_calls,
}
