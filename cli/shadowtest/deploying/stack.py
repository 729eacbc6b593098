"""A stack with its new template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shadowtest.values.stack import Template


@dataclass(frozen=True)
class ResourceChange:
    """What a change set says of a resource.

    ``before``, ``after``: its properties as CloudFormation itself resolves them; ``None`` where they are not told.
    """

    is_removed: bool
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class StackToDeploy:
    """
    Attributes:
        source: The file, as the user calls it.
        account, region: Where it is deployed; ``None`` where the user's credentials and configuration say that.
        parameters: The values that are given for its parameters.
        changes: What a change set says of each shadow test that it changes, by logical id; ``None`` where there is no
            change set.
        changed: The logical IDs of all resources that the change set changes; ``None`` where there is none.
    """

    name: str
    template: Template
    source: str
    account: str | None = None
    region: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, ResourceChange] | None = None
    changed: frozenset[str] | None = None
