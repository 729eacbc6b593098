"""The declaration: what a stack wants of one experiment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SHADOW_MODE = "ShadowMode"
REAL_TIME = "RealTimeInference"
DEFAULT_SHADOW_NAME = "Shadow"
"""The shadow variant's name where it is left open, unless production has it (see ``names.default_shadow``)."""
FIRST_RUN = "1"
DESIRED_STATES = ("Completed", "Cancelled")
"""``DesiredState``: how a test ends that is stopped, or by its schedule."""


class Action(StrEnum):
    """``ModelVariantActions``: what becomes of a variant when its test is stopped."""

    RETAIN = "Retain"
    REMOVE = "Remove"
    PROMOTE = "Promote"


@dataclass(frozen=True)
class DeclaredVariant:
    """What is declared of a variant. ``None`` is left open (see ``plan.resolution``)."""

    variant_name: str | None
    model_name: str | None
    instance_type: str | None
    instance_count: int | None

    @property
    def complete(self) -> "ModelVariant | None":
        """The variant, if nothing of it is left open."""
        name, model, kind, count = self.variant_name, self.model_name, self.instance_type, self.instance_count
        if name is None or model is None or kind is None or count is None:
            return None
        return ModelVariant(name, model, kind, count)

    def like(self, other: "ModelVariant") -> "ModelVariant":
        """The variant, with what is left open taken from another one."""
        return ModelVariant(
            other.variant_name if self.variant_name is None else self.variant_name,
            other.model_name if self.model_name is None else self.model_name,
            other.instance_type if self.instance_type is None else self.instance_type,
            other.instance_count if self.instance_count is None else self.instance_count,
        )


AS_SERVED = DeclaredVariant(None, None, None, None)
"""A production variant of which nothing is declared: it is what the endpoint serves when the test is created."""


@dataclass(frozen=True)
class ModelVariant(DeclaredVariant):
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
class DeclaredEnding:
    """How a test is stopped: what becomes of each variant, and what SageMaker records (``StopInferenceExperiment``).

    ``desired_variants``: in the one of the shadow variant something may be left open. It stays as the test has it.
    """

    production: str = Action.RETAIN
    shadow: str = Action.REMOVE
    desired_state: str = "Cancelled"
    desired_variants: tuple[DeclaredVariant, ...] = ()
    reason: str | None = None

    @property
    def promotes(self) -> bool:
        return self.shadow == Action.PROMOTE


@dataclass(frozen=True)
class Ending(DeclaredEnding):
    """The same with nothing left open.

    ``counts_left_open``: the variants whose instance counts are the test's, because none is declared.
    """

    desired_variants: tuple[ModelVariant, ...] = ()
    counts_left_open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Removal:
    """What deleting the resource does to a test that has not ended, and to its record.

    ``not_followed``: the faults of a declaration that is followed only as far as it can be.
    """

    ending: DeclaredEnding = field(default_factory=DeclaredEnding)
    keeps_record: bool = False
    not_followed: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Declaration:
    """One experiment as declared. ``conclusion`` is set once the test is declared to end (``DesiredState``)."""

    role_arn: str
    endpoint_name: str
    production: DeclaredVariant
    shadow: DeclaredVariant
    sampling_percentage: int
    name: str | None = None
    run: str = FIRST_RUN
    type: str = SHADOW_MODE
    kms_key: str | None = None
    description: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    data_storage: DataStorage | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    conclusion: DeclaredEnding | None = None
    removal: Removal = field(default_factory=Removal)
    adopt_existing: bool = False
    waits_until_running: bool = True


@dataclass(frozen=True)
class Desired(Declaration):
    """One experiment as it is to be: what the declaration leaves open is taken from the test, or from the endpoint."""

    production: ModelVariant
    shadow: ModelVariant

    @property
    def production_name(self) -> str:
        return self.production.variant_name

    @property
    def shadow_name(self) -> str:
        return self.shadow.variant_name

    @property
    def variants(self) -> Mapping[str, ModelVariant]:
        """Both, by their names."""
        return {variant.variant_name: variant for variant in (self.production, self.shadow)}
