"""What is observed: the parsed responses of DescribeInferenceExperiment and DescribeEndpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inference_experiment_handler.model.alarm import ENDED_BY
from inference_experiment_handler.model.status import ENDPOINT_IN_TRANSITION, Phase, Status, phase_of
from inference_experiment_handler.spec.declaration import DataStorage, ModelVariant


@dataclass(frozen=True)
class ObservedExperiment:
    """One live experiment, as DescribeInferenceExperiment and ListTags report it.

    Attributes:
        tags: ``None`` if they were not read, because no decision depends on them.
        start: When it actually started, or will start (see ``observer``).
        production_name, shadow_name: Empty if they are not reported.
        start_called: When the handler called StartInferenceExperiment, if it did.
        created: ``CreationTime``.
        concluded: ``CompletionTime``.
        seen_running: Whether the request observed it as Running before.
    """

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
    start_called: datetime | None = None
    created: datetime | None = None
    concluded: datetime | None = None
    seen_running: bool = False
    endpoint_config_name: str = ""
    tags: Mapping[str, str] | None = None

    @property
    def phase(self) -> Phase:
        return phase_of(self.status)

    @property
    def in_transition(self) -> bool:
        return self.phase is Phase.IN_TRANSITION

    @property
    def ended(self) -> bool:
        return self.phase is Phase.ENDED

    @property
    def not_started(self) -> bool:
        """Whether it is waiting for its start."""
        return self.status == Status.CREATED

    @property
    def running(self) -> bool:
        return self.status == Status.RUNNING

    @property
    def at_rest(self) -> bool:
        """Whether a call may change it: it waits for its start, it runs, or its status is unknown."""
        return not self.in_transition and not self.ended

    @property
    def was_cancelled(self) -> bool:
        """Whether it was stopped early, or SageMaker ended it. Only ``status_reason`` shows which."""
        return self.status == Status.CANCELLED

    @property
    def ended_by_alarm(self) -> bool:
        """Whether a guardrail has stopped it."""
        return self.status_reason.startswith(ENDED_BY)

    @property
    def coming_up(self) -> bool:
        """Whether SageMaker is creating or starting it."""
        return self.status in (Status.CREATING, Status.STARTING)

    @property
    def unhandled(self) -> bool:
        """Whether the handler can't handle it, because its status, or the name of its shadow variant, is unknown."""
        return self.at_rest and (not (self.not_started or self.running) or not self.shadow_name)

    @property
    def ran(self) -> bool:
        """Whether it ever ran, as far as it is known.

        A scheduled test may be cancelled before its start. If someone has started it early, SageMaker may still report
        the planned start.
        """
        called_off = self.start is not None and self.concluded is not None and self.concluded < self.start
        return not self.not_started and (self.seen_running or not called_off)

    @property
    def may_not_have_started(self) -> bool:
        """Whether it waits for its start, or has an unknown status and was not seen running.

        What SageMaker has deployed for it may then be older than what it reports.
        """
        return self.not_started or (self.at_rest and not self.running and not self.seen_running)

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> "ObservedExperiment":
        endpoint = answer["EndpointMetadata"]
        # Optional in the API's model, but every experiment has it.
        shadow_mode = answer.get("ShadowModeConfig", {})
        shadow: Mapping[str, Any] = next(iter(shadow_mode.get("ShadowModelVariants", ())), {})
        schedule = answer.get("Schedule", {})
        variants = [_variant(entry) for entry in answer.get("ModelVariants", ())]
        return cls(
            name=answer["Name"],
            arn=answer["Arn"],
            status=answer["Status"],
            status_reason=answer.get("StatusReason", ""),
            type=answer["Type"],
            role_arn=answer.get("RoleArn"),
            endpoint_name=endpoint["EndpointName"],
            endpoint_config_name=endpoint.get("EndpointConfigName", ""),
            production_name=shadow_mode.get("SourceModelVariantName", ""),
            shadow_name=shadow.get("ShadowModelVariantName", ""),
            sampling_percentage=shadow.get("SamplingPercentage", 0),
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
class ServedVariant:
    """A variant that an endpoint serves, with the values from its endpoint configuration.

    ``configured_count``: its initial number of instances (``InitialInstanceCount``). It may have scaled since.
    """

    variant_name: str
    instance_count: int | None = None
    model_name: str | None = None
    instance_type: str | None = None
    configured_count: int | None = None


@dataclass(frozen=True)
class ObservedEndpoint:
    """One live endpoint, as DescribeEndpoint and DescribeEndpointConfig report it."""

    name: str
    status: str
    config_name: str
    production: tuple[ServedVariant, ...]
    shadows: tuple[ServedVariant, ...] = ()
    failure_reason: str = ""

    @property
    def in_transition(self) -> bool:
        return self.status in ENDPOINT_IN_TRANSITION

    def serves_in_production(self, variant_name: str) -> bool:
        return any(served.variant_name == variant_name for served in self.production)

    def shadows_with(self, variant_name: str) -> bool:
        return any(served.variant_name == variant_name for served in self.shadows)

    @classmethod
    def from_api(cls, answer: Mapping[str, Any], config: Mapping[str, Any]) -> "ObservedEndpoint":
        return cls(
            name=answer["EndpointName"],
            status=answer["EndpointStatus"],
            config_name=answer.get("EndpointConfigName", ""),
            failure_reason=answer.get("FailureReason", ""),
            production=_served(answer.get("ProductionVariants"), config.get("ProductionVariants")),
            shadows=_served(answer.get("ShadowProductionVariants"), config.get("ShadowProductionVariants")),
        )


def _served(summaries: list[Any] | None, configured: list[Any] | None) -> tuple[ServedVariant, ...]:
    by_name = {entry["VariantName"]: entry for entry in configured or []}
    return tuple(
        ServedVariant(
            variant_name=summary["VariantName"],
            instance_count=summary.get("DesiredInstanceCount", summary.get("CurrentInstanceCount")),
            model_name=by_name.get(summary["VariantName"], {}).get("ModelName"),
            instance_type=by_name.get(summary["VariantName"], {}).get("InstanceType"),
            configured_count=by_name.get(summary["VariantName"], {}).get("InitialInstanceCount"),
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
