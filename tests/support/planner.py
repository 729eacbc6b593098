"""``shadowtest plan`` of a stack ``Demo`` with one test that runs."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Self

import pytest

from shadowtest.aws import options
from simulation.declarations import Declaration, as_served
from tests.support.account import Deployed, FakeAws
from tests.support.command_line import CommandLine, Done
from tests.support.stack import Stack

BEFORE = as_served()
PROMOTION = BEFORE | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}


def template(*, rest: Mapping[str, Any] | None = None, **experiments: Declaration) -> dict[str, Any]:
    resources = {
        logical_id: {"Type": "Custom::SageMakerInferenceExperiment", "Properties": deepcopy(properties)}
        for logical_id, properties in experiments.items()
    }
    return {"Resources": resources, **(rest or {})}


class Planner:
    """``name``: of the experiment."""

    def __init__(self, shadowtest: CommandLine, stack: Stack, aws: FakeAws, name: str) -> None:
        self.shadowtest, self.stack, self.aws, self.name = shadowtest, stack, aws, name

    @classmethod
    def with_a_running_test(cls, shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Self:
        stack = Stack()
        name = stack.create(BEFORE).physical_id
        aws = FakeAws(stack)
        aws.cloudformation.stacks["Demo"] = Deployed(stack.stack_id, template(ShadowTest=BEFORE), {"ShadowTest": name})
        monkeypatch.setattr(options, "Aws", lambda *_: aws)
        return cls(shadowtest, stack, aws, name)

    @property
    def deployed(self) -> Deployed:
        return self.aws.cloudformation.stacks["Demo"]

    def __call__(self, new: Mapping[str, Any], *more: str) -> Done:
        self.shadowtest.write("template.json", json.dumps(new))
        return self.shadowtest("plan", "template.json", "--stack", "Demo", *more)

    def verdicts(self, done: Done) -> dict[str, list[dict[str, Any]]]:
        """Of output in JSON, by stack and logical id: ``Demo.ShadowTest``."""
        stacks = json.loads(done.out)["stacks"]
        return {
            f"{stack['stack']}.{resource['logicalId']}": resource["verdicts"]
            for stack in stacks
            for resource in stack["resources"]
        }
