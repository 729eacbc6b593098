"""One inference experiment: its declaration, its state, and its description in responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.sagemaker.behaviour import Behaviour
from local.sagemaker.copies import copied
from local.sagemaker.endpoint_configs import EndpointConfig
from local.sagemaker.endpoints import Endpoint
from local.sagemaker.names import Arns
from local.sagemaker.schedule import Schedule
from local.sagemaker.variants import shadow_name

ENDED = ("Completed", "Cancelled")


@dataclass(frozen=True)
class Conclusion:
    """How a stopping experiment ends."""

    state: str
    reason: str | None = None


@dataclass
class Experiment:
    name: str
    arn: str
    role: str
    endpoint: str
    variants: list[dict[str, Any]]
    shadow_mode: dict[str, Any]
    schedule: Schedule
    created: datetime
    modified: datetime
    visible_from: datetime
    entered: datetime
    status: str = "Creating"
    description: str | None = None
    storage: dict[str, Any] | None = None
    kms_key: str | None = None
    reason: str | None = None
    completed: datetime | None = None
    returns_to: str = ""
    """The status to which an Updating experiment returns, or which a Stopping one had before."""
    conclusion: Conclusion | None = None
    before: EndpointConfig | None = None
    """What the endpoint served before the test."""
    testing: EndpointConfig | None = None
    """What it serves during the test."""
    testing_next: EndpointConfig | None = None
    """The same with another sampling percentage, while an update deploys it."""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    def enter(self, status: str, at: datetime) -> None:
        self.status = status
        self.entered = self.modified = at

    def describe(self, endpoint: Endpoint | None, behaviour: Behaviour, arns: Arns) -> dict[str, Any]:
        metadata = {"EndpointName": self.endpoint}
        if endpoint:
            metadata |= {"EndpointConfigName": endpoint.config.name, "EndpointStatus": endpoint.status}

        def as_reported(kms_key: str) -> str:
            return arns.kms_key(kms_key) if behaviour.kms_key_reported_as_arn else kms_key

        storage = copied(self.storage)
        if storage and "KmsKey" in storage:
            storage["KmsKey"] = as_reported(storage["KmsKey"])
        described = self.summary(behaviour) | {
            "Arn": self.arn,
            "EndpointMetadata": metadata,
            "ModelVariants": [
                copied(variant) | {"Status": self._variant_status(variant["VariantName"], endpoint)}
                for variant in self.variants
            ],
            "DataStorageConfig": storage,
            "ShadowModeConfig": copied(self.shadow_mode),
            "KmsKey": as_reported(self.kms_key) if self.kms_key else None,
        }
        return {name: value for name, value in described.items() if value is not None}

    def summary(self, behaviour: Behaviour) -> dict[str, Any]:
        summary = {
            "Name": self.name,
            "Type": "ShadowMode",
            "Schedule": self.schedule.described(behaviour) or None,
            "Status": self.status,
            "StatusReason": self.reason,
            "Description": self.description,
            "CreationTime": self.created,
            "CompletionTime": self.completed,
            "LastModifiedTime": self.modified,
            "RoleArn": self.role,
        }
        return {name: value for name, value in summary.items() if value is not None}

    def _variant_status(self, variant: str, endpoint: Endpoint | None) -> str:
        served = endpoint is not None and endpoint.config.serves(variant)
        if self.ended:
            return "InService" if served else "Deleted"
        if not served:
            return "Creating" if self.testing is None or self.status == "Starting" else "Deleted"
        if endpoint is None or endpoint.deployment is None:
            return "InService"
        return "Updating" if endpoint.deployment.config.serves(variant) else "Deleting"


def changes_only_sampling(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return old["SourceModelVariantName"] == new["SourceModelVariantName"] and shadow_name(old) == shadow_name(new)
