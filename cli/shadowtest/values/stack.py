"""The deployed state of a stack, as far as the values of a template depend on it."""

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
        parameters: The parameter values that it was deployed with.
        resolved: What CloudFormation has read from Parameter Store, for the parameters of that type.
        physical_ids: The physical IDs, by logical ID.
        template: The deployed template.
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
    """Where a stack is deployed. The pseudo parameters and ARNs are made of this.

    ``stack_id`` is ``None`` for a stack that does not exist yet. The other values are ``None`` if they were not read.
    """

    partition: str | None
    region: str | None
    account: str | None
    stack_name: str
    stack_id: str | None = None

    @property
    def makes_arns(self) -> bool:
        """Whether all parts of the ARN of a resource are known."""
        return None not in (self.partition, self.region, self.account)

    @property
    def url_suffix(self) -> str:
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @classmethod
    def of(cls, stack_id: str) -> "Place":
        """The place in a stack ID, arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID."""
        _, partition, _, region, account, _ = stack_id.split(":", 5)
        return cls(partition, region, account, stack_name(stack_id), stack_id)


def is_in_progress(status: str) -> bool:
    """Whether an operation is in progress on a stack with this ``StackStatus``."""
    return status.endswith("_IN_PROGRESS")


def stack_name(stack: str) -> str:
    """The name in a stack ID, arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID, or the name itself."""
    return stack.split("/")[1] if "/" in stack else stack
