"""A stack ``Demo`` with one shadow test, and the command line that reads it."""

from typing import Any

import pytest

from shadowtest.aws import options
from simulation.declarations import Declaration, as_served
from tests.support.account import Deployed, FakeAws
from tests.support.command_line import CommandLine, Done
from tests.support.stack import Stack


class DeployedTest:
    """``name``: of the experiment."""

    def __init__(
        self, shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch, declared: Declaration | None = None
    ) -> None:
        self.stack, self.shadowtest = Stack(), shadowtest
        self.declared = declared or as_served()
        self.name = self.stack.create(self.declared).physical_id
        self.aws = FakeAws(self.stack)
        self.deployed = Deployed(
            self.stack.stack_id,
            {"Resources": {"ShadowTest": self.resource(self.declared)}},
            {"ShadowTest": self.name},
        )
        self.aws.cloudformation.stacks["Demo"] = self.deployed
        monkeypatch.setattr(options, "Aws", lambda *_: self.aws)

    @staticmethod
    def resource(declared: Declaration) -> dict[str, Any]:
        return {"Type": "Custom::SageMakerInferenceExperiment", "Properties": declared}

    def declare(self, **changes: Any) -> None:
        """What the deployed template says from now on."""
        self.deployed.template["Resources"]["ShadowTest"]["Properties"].update(changes)

    def __call__(self, *arguments: str) -> Done:
        return self.shadowtest(*arguments)
