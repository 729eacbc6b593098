"""The declaration: what a stack wants of one experiment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SHADOW_MODE = "ShadowMode"
REAL_TIME = "RealTimeInference"
FIRST_RUN = "1"
DESIRED_STATES = ("Completed", "Cancelled")
"""``DesiredState``: how a test ends that is stopped, or by its schedule."""


class Action(StrEnum):
    """``ModelVariantActions``: what becomes of a variant when its test is stopped."""

    RETAIN = "Retain"
    REMOVE = "Remove"
    PROMOTE = "Promote"


@dataclass(frozen=True)
class ModelVariant:
    """A ``ModelVariantConfig``: a model on real-time instances under a variant's name."""

    variant_name: str
    model_name: str
    instance_type: str
    instance_count: int

    def to_api(self) -> dict[str, Any]:
        return {
            "ModelName": self.model_name,
            "VariantName": self.variant_name,
            "InfrastructureConfig": {
                "InfrastructureType": REAL_TIME,
                "RealTimeInferenceConfig": {
                    "InstanceType": self.instance_type,
                    "InstanceCount": self.instance_count,
                },
            },
        }


@dataclass(frozen=True)
class DataStorage:
    """A ``DataStorageConfig``: where requests and responses are captured."""

    destination: str
    kms_key: str | None = None
    csv_content_types: tuple[str, ...] | None = None
    json_content_types: tuple[str, ...] | None = None

    def to_api(self) -> dict[str, Any]:
        content_type = {
            key: list(types)
            for key, types in (
                ("CsvContentTypes", self.csv_content_types),
                ("JsonContentTypes", self.json_content_types),
            )
            if types
        }
        return {
            "Destination": self.destination,
            **({"KmsKey": self.kms_key} if self.kms_key else {}),
            **({"ContentType": content_type} if content_type else {}),
        }


@dataclass(frozen=True)
class Schedule:
    """When the test starts (``None``: now) and ends: at a time, a duration after its start, or as SageMaker has it."""

    start: datetime | None = None
    end: datetime | None = None
    duration: timedelta | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the test is to run by now."""
        return self.start is None or self.start <= now

    def end_of_a_test_started_at(self, start: datetime) -> datetime | None:
        return start + self.duration if self.duration is not None else self.end


@dataclass(frozen=True)
class Ending:
    """How a test is stopped: what becomes of each variant, and what SageMaker records (``StopInferenceExperiment``)."""

    production: str = Action.RETAIN
    shadow: str = Action.REMOVE
    desired_state: str = "Cancelled"
    desired_variants: tuple[ModelVariant, ...] = ()
    reason: str | None = None

    @property
    def promotes(self) -> bool:
        return self.shadow == Action.PROMOTE


@dataclass(frozen=True)
class Removal:
    """What deleting the resource does to a test that has not ended, and to its record.

    ``not_followed``: the faults of a declaration that is followed only as far as it can be.
    """

    ending: Ending = field(default_factory=Ending)
    keeps_record: bool = False
    not_followed: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Declaration:
    """One experiment as declared. ``conclusion`` is set once the test is declared to end (``DesiredState``)."""

    role_arn: str
    endpoint_name: str
    production: ModelVariant
    shadow: ModelVariant
    sampling_percentage: int
    name: str | None = None
    run: str = FIRST_RUN
    type: str = SHADOW_MODE
    kms_key: str | None = None
    description: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    data_storage: DataStorage | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    conclusion: Ending | None = None
    removal: Removal = field(default_factory=Removal)
    adopt_existing: bool = False
    waits_until_running: bool = True

    @property
    def shadow_name(self) -> str:
        return self.shadow.variant_name

    @property
    def variants(self) -> Mapping[str, ModelVariant]:
        """Both, by their names."""
        return {variant.variant_name: variant for variant in (self.production, self.shadow)}
