"""A stack with its new template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shadowtest.values.stack import Template


@dataclass(frozen=True)
class ResourceChange:
    """How a change set describes a resource.

    ``before``, ``after``: its properties as CloudFormation itself resolves them; ``None`` if they are not given.
    """

    is_removed: bool
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class StackToDeploy:
    """
    Attributes:
        source: The file, as the user named it.
        account, region: Where it is deployed; ``None`` if the user's credentials and configuration determine that.
        parameters: The given values of its parameters.
        changes: Each shadow test that the change set changes, by logical ID; ``None`` if there is no change set.
        changed: The logical IDs of all resources that the change set changes; ``None`` if there is no change set.
    """

    name: str
    template: Template
    source: str
    account: str | None = None
    region: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, ResourceChange] | None = None
    changed: frozenset[str] | None = None
