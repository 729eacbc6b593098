"""Whether CloudFormation retains a resource that it removes from a stack."""

from collections.abc import Mapping
from typing import Any, Literal

from shadowtest.values.resolver import Resolver
from shadowtest.values.unknown import KnownAtDeployment

Policy = Literal["DeletionPolicy", "UpdateReplacePolicy"]


def is_kept(resource: Mapping[str, Any], policy: Policy, values: Resolver | None) -> bool | KnownAtDeployment:
    """``resource``: as the template declares it. ``values``: the values of its template, if there is one."""
    declared = resource.get(policy, "Delete")
    value = values.resolve(declared) if values is not None else declared
    return value if isinstance(value, KnownAtDeployment) else value in ("Retain", "RetainExceptOnCreate")
