"""Many experiments: the time of synth, and the size of templates and of the function's policies.

The references are the same number of ``aws_s3.Bucket(enforce_ssl=True)``, and of CDK's own ``CfnInferenceExperiment``.
Times depend on the load of the machine, so the apps alternate, and each ratio is from the same round.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from aws_cdk import App
from aws_cdk.cx_api import CloudAssembly

from bench.apps import buckets, experiments, resources

PROJECT = Path(__file__).parents[1]
APPS = {"experiments": experiments.made, "buckets": buckets.made, "resources": resources.made}
RUNS = 5
EXPERIMENTS = 100
STACKS = 10
# The longest ARN of a function. Values that only CloudFormation knows count as this number of characters.
_LONGEST_ARN = "arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:" + 64 * "x"


@dataclass(frozen=True)
class Scale:
    """The measurements of an app."""

    seconds: float
    """From the start to the assembly on disk."""
    largest_template: int
    """In bytes, as uploaded."""
    most_resources: int
    """The most resources in one template."""
    policies: int
    """Characters of all inline policies without white space, as IAM counts them for a role."""

    def __str__(self) -> str:
        return (
            f"{self.seconds:5.2f} s   {self.largest_template / 1024:4.0f} KiB   {self.most_resources:3} resources   "
            f"{self.policies:5} characters of policies"
        )


def measured() -> dict[str, dict[str, tuple[Scale, float]]]:
    """One stack with all resources, and several stacks with a share each: the scale of each app, and its time relative
    to that of the buckets.
    """
    _turn(1, 1)  # the first synth of a process loads many modules
    return {
        f"{EXPERIMENTS} in one stack": _compared(1, EXPERIMENTS),
        f"{EXPERIMENTS} in {STACKS} stacks, one function": _compared(STACKS, EXPERIMENTS // STACKS),
    }


def of_a_process() -> dict[str, dict[str, tuple[float, float]]]:
    """How long a new process takes to synthesize one stack with all resources, as for ``cdk synth``, and the same
    ratio.

    Measured from the app to its assembly, and from the start of the process to its end.
    """
    turns = [{name: _process(name) for name in ("experiments", "buckets")} for _ in range(RUNS)]
    return {
        what: {
            name: (
                median(turn[name][index] for turn in turns),
                median(turn[name][index] / turn["buckets"][index] for turn in turns),
            )
            for name in turns[0]
        }
        for index, what in enumerate(("from the app to its assembly", "from the start of the process to its end"))
    }


def scale(assembly: CloudAssembly, seconds: float = 0) -> Scale:
    templates: list[dict[str, Any]] = [stack.template for stack in assembly.stacks]
    return Scale(
        seconds,
        # The file, indented as CDK writes it.
        max(len(json.dumps(template, indent=1)) for template in templates),
        max(len(template["Resources"]) for template in templates),
        sum(_policies(template) for template in templates),
    )


def _compared(stacks: int, each: int) -> dict[str, tuple[Scale, float]]:
    turns = [_turn(stacks, each) for _ in range(RUNS)]
    return {
        name: (
            replace(turns[0][name], seconds=median(turn[name].seconds for turn in turns)),
            median(turn[name].seconds / turn["buckets"].seconds for turn in turns),
        )
        for name in APPS
    }


def _turn(stacks: int, each: int) -> dict[str, Scale]:
    scales = {}
    for name, made in APPS.items():
        begun = time.perf_counter()
        assembly = made(App(), stacks, each).synth()
        scales[name] = scale(assembly, time.perf_counter() - begun)
    return scales


def _process(name: str) -> tuple[float, float]:
    begun = time.perf_counter()
    program = [sys.executable, "-m", "bench.apps", name, str(EXPERIMENTS)]
    done = subprocess.run(program, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout), time.perf_counter() - begun


def _policies(template: dict[str, Any]) -> int:
    documents = [
        resource["Properties"]["PolicyDocument"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy"
    ]
    return sum(len(json.dumps(_resolved(document), separators=(",", ":"))) for document in documents)


def _resolved(value: Any) -> Any:
    """The value that CloudFormation resolves, or one that is at least as long."""
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
