"""What is deployed of a stack, as far as the values of a template depend on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shadowtest.values.unknown import KnownAtDeployment

Template = Mapping[str, Any]
Exports = Mapping[str, str | KnownAtDeployment]
"""The values of a region's exports, by their names."""


@dataclass(frozen=True)
class DeployedStack:
    """A stack as CloudFormation reports it.

    Attributes:
        parameters: The values that it was deployed with.
        resolved: What CloudFormation has read from Parameter Store for parameters of such a type.
        physical_ids: By logical id.
        template: What is deployed.
        status: CloudFormation's ``StackStatus``.
    """

    stack_id: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    resolved: Mapping[str, str] = field(default_factory=dict)
    physical_ids: Mapping[str, str] = field(default_factory=dict)
    template: Template = field(default_factory=dict)
    status: str = ""

    @property
    def name(self) -> str:
        return stack_name(self.stack_id)

    @property
    def in_progress(self) -> bool:
        return is_in_progress(self.status)


@dataclass(frozen=True)
class Place:
    """Where a stack is deployed: what the pseudo parameters and ARNs are made of.

    ``stack_id`` is ``None`` for a stack that is not there yet. The rest is ``None`` where nobody was asked.
    """

    partition: str | None
    region: str | None
    account: str | None
    stack_name: str
    stack_id: str | None = None

    @property
    def makes_arns(self) -> bool:
        """Whether all is known that the ARN of a resource has."""
        return None not in (self.partition, self.region, self.account)

    @property
    def url_suffix(self) -> str:
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @classmethod
    def of(cls, stack_id: str) -> "Place":
        """From arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID."""
        _, partition, _, region, account, _ = stack_id.split(":", 5)
        return cls(partition, region, account, stack_name(stack_id), stack_id)


def is_in_progress(status: str) -> bool:
    """Whether CloudFormation is at work on a stack with this ``StackStatus``."""
    return status.endswith("_IN_PROGRESS")


def stack_name(stack: str) -> str:
    """Of a stack's ID, arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID, or of its name."""
    return stack.split("/")[1] if "/" in stack else stack
