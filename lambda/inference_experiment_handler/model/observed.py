"""What is live, in our own words: the answers of DescribeInferenceExperiment and DescribeEndpoint, taken apart once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from inference_experiment_handler.spec.declaration import DataStorage, ModelVariant


class Status(StrEnum):
    """``InferenceExperimentStatus``."""

    CREATING = "Creating"
    CREATED = "Created"
    UPDATING = "Updating"
    STARTING = "Starting"
    RUNNING = "Running"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


IN_TRANSITION = frozenset({Status.CREATING, Status.UPDATING, Status.STARTING, Status.STOPPING})
ENDED = frozenset({Status.COMPLETED, Status.CANCELLED})
KNOWN_STATUSES = frozenset(Status)


@dataclass(frozen=True)
class Experiment:
    """One live experiment, as DescribeInferenceExperiment reports it."""

    name: str
    arn: str
    status: str
    type: str
    role_arn: str | None
    endpoint_name: str
    production_name: str
    shadow_name: str
    sampling_percentage: int
    variants: Mapping[str, ModelVariant]
    status_reason: str = ""
    description: str = ""
    kms_key: str | None = None
    data_storage: DataStorage | None = None
    start: datetime | None = None
    end: datetime | None = None
    created: datetime | None = None
    concluded: datetime | None = None
    endpoint_config_name: str = ""

    @property
    def in_transition(self) -> bool:
        return self.status in IN_TRANSITION

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def ran(self) -> bool:
        """Whether it ever ran, as far as it tells: a scheduled test may be called off before its start."""
        called_off = self.start is not None and self.concluded is not None and self.concluded < self.start
        return self.status != Status.CREATED and not called_off

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> "Experiment":
        endpoint = answer["EndpointMetadata"]
        shadow_mode = answer["ShadowModeConfig"]
        shadow = shadow_mode["ShadowModelVariants"][0]
        schedule = answer.get("Schedule", {})
        variants = [_variant(entry) for entry in answer["ModelVariants"]]
        return cls(
            name=answer["Name"],
            arn=answer["Arn"],
            status=answer["Status"],
            status_reason=answer.get("StatusReason", ""),
            type=answer["Type"],
            role_arn=answer.get("RoleArn"),
            endpoint_name=endpoint["EndpointName"],
            endpoint_config_name=endpoint.get("EndpointConfigName", ""),
            production_name=shadow_mode["SourceModelVariantName"],
            shadow_name=shadow["ShadowModelVariantName"],
            sampling_percentage=shadow["SamplingPercentage"],
            variants={variant.variant_name: variant for variant in variants},
            description=answer.get("Description", ""),
            kms_key=answer.get("KmsKey"),
            data_storage=_data_storage(answer.get("DataStorageConfig")),
            start=_instant(schedule.get("StartTime")),
            end=_instant(schedule.get("EndTime")),
            created=_instant(answer.get("CreationTime")),
            concluded=_instant(answer.get("CompletionTime")),
        )


@dataclass(frozen=True)
class Served:
    """A variant that an endpoint serves, with what its endpoint configuration says of it."""

    variant_name: str
    instance_count: int | None = None
    model_name: str | None = None
    instance_type: str | None = None


@dataclass(frozen=True)
class Endpoint:
    """One live endpoint, as DescribeEndpoint and DescribeEndpointConfig report it."""

    name: str
    status: str
    config_name: str
    production: tuple[Served, ...]
    shadows: tuple[Served, ...] = ()
    failure_reason: str = ""

    @property
    def in_transition(self) -> bool:
        return self.status in ("Creating", "Updating", "SystemUpdating", "RollingBack")

    def serves_in_production(self, variant_name: str) -> bool:
        return any(served.variant_name == variant_name for served in self.production)

    def shadows_with(self, variant_name: str) -> bool:
        return any(served.variant_name == variant_name for served in self.shadows)

    @classmethod
    def from_api(cls, answer: Mapping[str, Any], config: Mapping[str, Any]) -> "Endpoint":
        return cls(
            name=answer["EndpointName"],
            status=answer["EndpointStatus"],
            config_name=answer["EndpointConfigName"],
            failure_reason=answer.get("FailureReason", ""),
            production=_served(answer.get("ProductionVariants"), config.get("ProductionVariants")),
            shadows=_served(answer.get("ShadowProductionVariants"), config.get("ShadowProductionVariants")),
        )


def _served(summaries: list[Any] | None, configured: list[Any] | None) -> tuple[Served, ...]:
    by_name = {entry["VariantName"]: entry for entry in configured or []}
    return tuple(
        Served(
            variant_name=summary["VariantName"],
            instance_count=summary.get("DesiredInstanceCount", summary.get("CurrentInstanceCount")),
            model_name=by_name.get(summary["VariantName"], {}).get("ModelName"),
            instance_type=by_name.get(summary["VariantName"], {}).get("InstanceType"),
        )
        for summary in summaries or []
    )


def _variant(entry: Mapping[str, Any]) -> ModelVariant:
    real_time = entry["InfrastructureConfig"]["RealTimeInferenceConfig"]
    return ModelVariant(entry["VariantName"], entry["ModelName"], real_time["InstanceType"], real_time["InstanceCount"])


def _data_storage(entry: Mapping[str, Any] | None) -> DataStorage | None:
    if entry is None:
        return None
    types = entry.get("ContentType") or {}
    return DataStorage(
        destination=entry["Destination"],
        kms_key=entry.get("KmsKey"),
        csv_content_types=_types(types.get("CsvContentTypes")),
        json_content_types=_types(types.get("JsonContentTypes")),
    )


def _types(types: list[str] | None) -> tuple[str, ...] | None:
    return tuple(types) if types else None


def _instant(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value is not None else None
