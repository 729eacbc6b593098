"""A stack as it is to be deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shadowtest.values.stack import Template


@dataclass(frozen=True)
class KnownProperties:
    """The properties of a resource as CloudFormation itself resolves them. ``None`` where it says nothing of them."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class StackToDeploy:
    """
    Attributes:
        source: The file, as the user calls it.
        account, region: Where it is deployed; ``None`` where the user's credentials and configuration say that.
        parameters: The values that are given for its parameters.
        known: What a change set says of the properties of resources, by logical id.
    """

    name: str
    template: Template
    source: str
    account: str | None = None
    region: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, KnownProperties] = field(default_factory=dict)
