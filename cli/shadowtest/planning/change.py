"""The change of one resource that a deployment makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One ``Custom::SageMakerInferenceExperiment``, as it is deployed and as the template declares it.

    Attributes:
        deployed: The properties that are deployed; ``None``: the resource is new.
        declared: The properties of the template; ``None``: the resource is not in the template any more.
        physical_id: CloudFormation's, of a resource that is deployed.
        keeps_removed: ``DeletionPolicy`` is Retain: CloudFormation sends no Delete for a resource that is removed.
        keeps_replaced: ``UpdateReplacePolicy`` is Retain: the same for an old physical id that is replaced.
        after: The removals that come first, where an old stack is deleted and a new one is created.
        depends_on: The logical IDs of the resources that CloudFormation creates or updates before this one. If this one
            is removed, of those that it deletes after it.
    """

    stack_id: str
    logical_id: str
    deployed: Properties | None = None
    declared: Properties | None = None
    physical_id: str | None = None
    keeps_removed: bool = False
    keeps_replaced: bool = False
    after: tuple["Change", ...] = ()
    depends_on: frozenset[str] = frozenset()
