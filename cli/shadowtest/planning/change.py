"""The change of one resource that a deployment makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One ``Custom::SageMakerInferenceExperiment``, as it is deployed and as the template declares it.

    Attributes:
        deployed: The deployed properties. ``None`` if the resource is new.
        declared: The properties in the template. ``None`` if the resource is no longer in the template.
        physical_id: The physical ID of a deployed resource.
        keeps_removed: ``DeletionPolicy`` is Retain, so CloudFormation sends no Delete when the resource is removed.
        keeps_replaced: ``UpdateReplacePolicy`` is Retain, so CloudFormation sends no Delete for a replaced physical ID.
        after: The removals that come first, if an old stack is deleted and created again.
        depends_on: The logical IDs of the resources that CloudFormation creates or updates before this one. If this one
            is removed, the resources that CloudFormation deletes after it.
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
