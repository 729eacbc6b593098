"""The table of fields: everything that the handler knows about each field.

It defines how a field is declared, observed, compared, sent, rejected and digested. All code that depends on fields
reads this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.plan import matching, schedule
from inference_experiment_handler.plan.matching import Match, match_if
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import DataStorage, Desired, ModelVariant

Arguments = dict[str, Any]

NEVER: frozenset[Status] = frozenset()
UNTIL_START = frozenset({Status.CREATED})
UNTIL_END = frozenset({Status.CREATED, Status.RUNNING})


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an experiment.

    Attributes:
        name: The field's name in messages: its path in the API's request.
        desired: The declared value, for messages and digests.
        observed: The live value, in the same form.
        changes_in: The statuses in which SageMaker can change it.
        compare: Whether the two are the same. If omitted, they must be equal.
        in_create: The arguments for CreateInferenceExperiment. If omitted, the desired value, unless it is empty.
        in_update: The arguments for UpdateInferenceExperiment. If omitted, the desired value, unless there is none.
        keep: The declaration with the live value of the field, which an update of other fields also sends.
        problem: The reason why a change is rejected that the status would allow.
        goes_with: The field that only changes together with this one.
    """

    name: str
    desired: Callable[[Desired], Any]
    observed: Callable[[ObservedExperiment], Any]
    changes_in: frozenset[Status]
    compare: Callable[[Desired, ObservedExperiment, datetime], Match] | None = None
    in_create: Callable[[Desired, datetime], Arguments] | None = None
    in_update: Callable[[Desired, ObservedExperiment], Arguments] | None = None
    keep: Callable[[Desired, ObservedExperiment], Desired] = lambda desired, _: desired
    problem: Callable[[Desired, ObservedExperiment, datetime], str | None] = lambda *_: None
    goes_with: str | None = None

    def match(self, desired: Desired, observed: ObservedExperiment, now: datetime) -> Match:
        if self.compare is not None:
            return self.compare(desired, observed, now)
        return match_if(self.desired(desired) == self.observed(observed))

    def create_arguments(self, desired: Desired, now: datetime) -> Arguments:
        if self.in_create is not None:
            return self.in_create(desired, now)
        value = self.desired(desired)
        return {} if value is None or value == "" else {self.name: value}

    def update_arguments(self, desired: Desired, observed: ObservedExperiment) -> Arguments:
        if self.in_update is not None:
            return self.in_update(desired, observed)
        value = self.desired(desired)
        return {} if value is None else {self.name: value}


def _match_role(desired: Desired, observed: ObservedExperiment, _: datetime) -> Match:
    if observed.role_arn is None:
        return Match.UNKNOWN
    return match_if(desired.role_arn == observed.role_arn)


def _shown(variants: Mapping[str, ModelVariant]) -> dict[str, Any]:
    return {
        name: {
            "ModelName": variant.model_name,
            "InstanceType": variant.instance_type,
            "InstanceCount": variant.instance_count,
        }
        for name, variant in variants.items()
    }


def _variants(desired: Desired) -> Arguments:
    return {"ModelVariants": [desired.production.to_api(), desired.shadow.to_api()]}


def _storage(storage: DataStorage | None) -> Any:
    return storage.to_api() if storage else None


def _keep_variants(desired: Desired, observed: ObservedExperiment) -> Desired:
    production, shadow = (observed.variants.get(name) for name in (observed.production_name, observed.shadow_name))
    return replace(desired, production=production or desired.production, shadow=shadow or desired.shadow)


def _roles(production: str, shadow: str) -> dict[str, str]:
    return {"SourceModelVariantName": production, "ShadowModelVariantName": shadow}


def _shadow_mode(desired: Desired) -> Arguments:
    shadow = {
        "ShadowModelVariantName": desired.shadow.variant_name,
        "SamplingPercentage": desired.sampling_percentage,
    }
    config = {"SourceModelVariantName": desired.production.variant_name, "ShadowModelVariants": [shadow]}
    return {"ShadowModeConfig": config}


FIELDS = (
    Field(
        name="Type",
        desired=lambda desired: desired.type,
        observed=lambda observed: observed.type,
        changes_in=NEVER,
    ),
    Field(
        name="RoleArn",
        desired=lambda desired: desired.role_arn,
        observed=lambda observed: observed.role_arn,
        changes_in=NEVER,
        compare=_match_role,
    ),
    Field(
        name="EndpointName",
        desired=lambda desired: desired.endpoint_name,
        observed=lambda observed: observed.endpoint_name,
        changes_in=NEVER,
        compare=lambda desired, observed, _: match_if(names.same(desired.endpoint_name, observed.endpoint_name)),
    ),
    Field(
        name="KmsKey",
        desired=lambda desired: desired.kms_key,
        observed=lambda observed: observed.kms_key,
        changes_in=NEVER,
        compare=lambda desired, observed, _: matching.kms_key(desired.kms_key, observed.kms_key),
    ),
    Field(
        name="Description",
        desired=lambda desired: desired.description,
        observed=lambda observed: observed.description,
        changes_in=UNTIL_END,
        keep=lambda desired, observed: replace(desired, description=observed.description),
    ),
    Field(
        name="Schedule.StartTime",
        desired=schedule.start_shown,
        observed=lambda observed: schedule.iso_or_none(observed.start),
        changes_in=UNTIL_START,
        compare=schedule.match_start,
        in_create=schedule.for_create,
        in_update=schedule.for_update,
    ),
    Field(
        name="Schedule.EndTime",
        desired=schedule.end_shown,
        observed=lambda observed: schedule.iso_or_none(observed.end),
        changes_in=UNTIL_END,
        compare=schedule.match_end,
        in_create=schedule.for_create,
        in_update=schedule.for_update,
        problem=schedule.end_problem,
    ),
    Field(
        name="ModelVariants",
        desired=lambda desired: _shown(desired.variants),
        observed=lambda observed: _shown(observed.variants),
        changes_in=UNTIL_START,
        compare=matching.model_variants,
        in_create=lambda desired, _: _variants(desired),
        in_update=lambda desired, _: _variants(desired),
        keep=_keep_variants,
        goes_with="ShadowModeConfig",
    ),
    Field(
        name="DataStorageConfig",
        desired=lambda desired: _storage(desired.data_storage),
        observed=lambda observed: _storage(observed.data_storage),
        changes_in=UNTIL_START,
        compare=matching.data_storage,
        keep=lambda desired, observed: replace(desired, data_storage=observed.data_storage),
    ),
    Field(
        name="ShadowModeConfig",
        desired=lambda desired: _roles(desired.production.variant_name, desired.shadow.variant_name),
        observed=lambda observed: _roles(observed.production_name, observed.shadow_name),
        changes_in=UNTIL_START,
        in_create=lambda desired, _: _shadow_mode(desired),
        in_update=lambda desired, _: _shadow_mode(desired),
        goes_with="ModelVariants",
    ),
    Field(
        name="SamplingPercentage",
        desired=lambda desired: desired.sampling_percentage,
        observed=lambda observed: observed.sampling_percentage,
        changes_in=UNTIL_END,
        in_create=lambda desired, _: _shadow_mode(desired),
        in_update=lambda desired, _: _shadow_mode(desired),
        keep=lambda desired, observed: replace(desired, sampling_percentage=observed.sampling_percentage),
    ),
)
"""Every field of an experiment, in the order of messages and of the digests in the tag."""
