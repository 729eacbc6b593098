"""The declaration: one experiment as the stack declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from inference_experiment_handler.spec.gate import Gate

SHADOW_MODE = "ShadowMode"
REAL_TIME = "RealTimeInference"
DEFAULT_SHADOW_NAME = "Shadow"
"""The shadow variant's name if it is left open, unless production has it (see ``names.default_shadow``)."""
FIRST_RUN = "1"
DESIRED_STATES = ("Completed", "Cancelled")
"""``DesiredState``: the status of a test that was stopped, or that ended as scheduled."""


class Action(StrEnum):
    """``ModelVariantActions``: the action for a variant when its test is stopped."""

    RETAIN = "Retain"
    REMOVE = "Remove"
    PROMOTE = "Promote"


@dataclass(frozen=True)
class DeclaredVariant:
    """A variant as declared. ``None`` is left open (see ``plan.resolution``)."""

    variant_name: str | None
    model_name: str | None
    instance_type: str | None
    instance_count: int | None

    @property
    def complete(self) -> "ModelVariant | None":
        """The variant if nothing is left open; ``None`` otherwise."""
        name, model, kind, count = self.variant_name, self.model_name, self.instance_type, self.instance_count
        if name is None or model is None or kind is None or count is None:
            return None
        return ModelVariant(name, model, kind, count)

    def like(self, other: "ModelVariant") -> "ModelVariant":
        """The variant, with the values of another one where they are left open."""
        return ModelVariant(
            other.variant_name if self.variant_name is None else self.variant_name,
            other.model_name if self.model_name is None else self.model_name,
            other.instance_type if self.instance_type is None else self.instance_type,
            other.instance_count if self.instance_count is None else self.instance_count,
        )


AS_SERVED = DeclaredVariant(None, None, None, None)
"""A production variant that is not declared: it is what the endpoint serves when the test is created."""


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
    """When the test starts (``None``: now) and ends: at a time, after a duration, or when SageMaker ends it."""

    start: datetime | None = None
    end: datetime | None = None
    duration: timedelta | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the test should be running now."""
        return self.start is None or self.start <= now

    def end_of_a_test_started_at(self, start: datetime) -> datetime | None:
        return start + self.duration if self.duration is not None else self.end


@dataclass(frozen=True)
class DeclaredEnding:
    """How a test is stopped: the action for each variant, and what SageMaker records (``StopInferenceExperiment``).

    ``desired_variants``: that of the shadow variant may leave values open. They remain as in the test.
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
    """How a test is stopped, with nothing left open.

    ``counts_left_open``: the variants whose instance counts are those of the test, because none is declared.
    """

    desired_variants: tuple[ModelVariant, ...] = ()
    counts_left_open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Removal:
    """What happens to a test that has not ended, and to its record, when the resource is deleted.

    ``not_followed``: the faults because of which the declaration can't be followed completely.
    """

    ending: DeclaredEnding = field(default_factory=DeclaredEnding)
    keeps_record: bool = False
    not_followed: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Declaration:
    """One experiment as declared.

    Attributes:
        conclusion: Set if the declaration ends the test (``DesiredState``).
        promote_if: What has to hold before the shadow variant is promoted. It is not a part of the conclusion: another
            one is no other conclusion.
    """

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
    promote_if: Gate | None = None


@dataclass(frozen=True)
class Desired(Declaration):
    """One experiment as desired: values that the declaration leaves open are those of the test, or of the endpoint."""

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
        """Both variants, by their names."""
        return {variant.variant_name: variant for variant in (self.production, self.shadow)}
