"""Many experiments: how long synth takes, how large templates and the function's policies get.

The reference is the same number of CDK's own ``CfnInferenceExperiment``, which have no function to keep.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from aws_cdk import App, Stack, aws_iam, aws_sagemaker
from aws_cdk.cx_api import CloudAssembly

from sagemaker_inference_experiment import InferenceExperiment, InferenceExperimentProvider, ModelVariant

RUNS = 3
EXPERIMENTS = 100
STACKS = 10
# As long as they get, but for three digits.
ROLE = "arn:aws-us-gov:iam::123456789012:role/" + 60 * "x"
_PRODUCTION = {"name": "AllTraffic", "model": "ranking-2024"}
_SHADOW = {"name": "Shadow-01", "model": "ranking-2025"}
_INSTANCE = "ml.m5.xlarge"
# As long as they get: what only CloudFormation knows is counted so.
_LONGEST_ARN = "arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:" + 64 * "x"


@dataclass
class Scale:
    """What an app of many experiments comes to."""

    seconds: float
    """From nothing to the assembly on disk."""
    largest_template: int
    """In bytes, as it is uploaded."""
    most_resources: int
    """Of one template."""
    policies: int
    """Characters of all inline policies, white space aside, as IAM counts them for a role."""

    def beside(self, other: "Scale") -> str:
        ratios = f"{self.seconds / other.seconds:.1f} and {self.largest_template / other.largest_template:.1f}"
        return f"{self}   {ratios} of CfnInferenceExperiment"

    def __str__(self) -> str:
        return (
            f"{self.seconds:5.2f} s   {self.largest_template / 1024:4.0f} KiB   {self.most_resources:3} resources   "
            f"{self.policies:5} characters of policies"
        )


def measured() -> dict[str, tuple[Scale, Scale]]:
    """One stack of all, and several stacks with a share each: experiments, and the reference."""
    experiments_of(App(), 1, 1).synth()  # the first synth of a process loads much
    return {
        f"{EXPERIMENTS} in one stack": _both(1, EXPERIMENTS),
        f"{EXPERIMENTS} in {STACKS} stacks, one function": _both(STACKS, EXPERIMENTS // STACKS),
    }


def experiments_of(app: App, stacks: int, each: int, *, roles: int = 1, adopt: bool = False) -> App:
    """An app of so many stacks with so many experiments each, all served by one function.

    Without ``roles`` they have the one that is made in each stack.
    """
    first = Stack(app, "Stack0")
    provider = InferenceExperimentProvider.get_or_create(first)
    for number in range(stacks):
        stack = first if number == 0 else Stack(app, f"Stack{number}")
        passed = [aws_iam.Role.from_role_arn(stack, f"Role{role}", f"{ROLE}-{role:03}") for role in range(roles)]
        for index in range(each):
            InferenceExperiment(
                stack,
                f"Test{index}",
                endpoint=f"shop-{number}-{index}",
                role=passed[index % roles] if passed else None,
                production_variant=ModelVariant(
                    model=_PRODUCTION["model"], variant_name=_PRODUCTION["name"], instance_type=_INSTANCE
                ),
                shadow_variant=ModelVariant(
                    model=_SHADOW["model"], variant_name=_SHADOW["name"], instance_type=_INSTANCE
                ),
                sampling_percentage=10,
                experiment_name=f"Ranking-2025-on-shop-{number}-{index}" if adopt else None,
                adopt_existing=adopt or None,
                provider=provider,
            )
    return app


def references_of(app: App, stacks: int, each: int) -> App:
    """The same with CDK's own."""
    for number in range(stacks):
        stack = Stack(app, f"Stack{number}")
        for index in range(each):
            aws_sagemaker.CfnInferenceExperiment(
                stack,
                f"Test{index}",
                name=f"test-{number}-{index}",
                type="ShadowMode",
                endpoint_name=f"shop-{number}-{index}",
                role_arn=ROLE,
                model_variants=[_variant(**_PRODUCTION), _variant(**_SHADOW)],
                shadow_mode_config=aws_sagemaker.CfnInferenceExperiment.ShadowModeConfigProperty(
                    source_model_variant_name=_PRODUCTION["name"],
                    shadow_model_variants=[
                        aws_sagemaker.CfnInferenceExperiment.ShadowModelVariantConfigProperty(
                            shadow_model_variant_name=_SHADOW["name"], sampling_percentage=10
                        )
                    ],
                ),
            )
    return app


def scale(assembly: CloudAssembly, seconds: float = 0) -> Scale:
    templates: list[dict[str, Any]] = [stack.template for stack in assembly.stacks]
    return Scale(
        seconds,
        # The file, indented as CDK writes it.
        max(len(json.dumps(template, indent=1)) for template in templates),
        max(len(template["Resources"]) for template in templates),
        sum(_policies(template) for template in templates),
    )


def _both(stacks: int, each: int) -> tuple[Scale, Scale]:
    return _timed(experiments_of, stacks, each), _timed(references_of, stacks, each)


def _timed(made: Callable[[App, int, int], App], stacks: int, each: int) -> Scale:
    runs = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        assembly = made(App(), stacks, each).synth()
        runs.append(scale(assembly, time.perf_counter() - begun))
    return Scale(median(run.seconds for run in runs), *(vars(runs[0])[name] for name in list(vars(runs[0]))[1:]))


def _policies(template: dict[str, Any]) -> int:
    documents = [
        resource["Properties"]["PolicyDocument"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy"
    ]
    return sum(len(json.dumps(_resolved(document), separators=(",", ":"))) for document in documents)


def _resolved(value: Any) -> Any:
    """What CloudFormation makes of it, or something that is at least as long."""
    match value:
        case {"Fn::Join": [between, parts]}:
            return between.join(map(str, map(_resolved, parts)))
        case {"Ref": "AWS::AccountId"}:
            return 12 * "0"
        case {"Ref": "AWS::Partition"}:
            return "aws-us-gov"
        case {"Ref": "AWS::Region"}:
            return "ap-southeast-1"
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::ImportValue": _} | {"Fn::GetStackOutput": _}:
            return _LONGEST_ARN
        case dict():
            return {key: _resolved(each) for key, each in value.items()}
        case list():
            return [_resolved(each) for each in value]
    return value


def _variant(name: str, model: str) -> aws_sagemaker.CfnInferenceExperiment.ModelVariantConfigProperty:
    experiment = aws_sagemaker.CfnInferenceExperiment
    return experiment.ModelVariantConfigProperty(
        variant_name=name,
        model_name=model,
        infrastructure_config=experiment.ModelInfrastructureConfigProperty(
            infrastructure_type="RealTimeInference",
            real_time_inference_config=experiment.RealTimeInferenceConfigProperty(
                instance_type=_INSTANCE, instance_count=1
            ),
        ),
    )
