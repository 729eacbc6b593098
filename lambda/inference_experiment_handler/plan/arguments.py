"""What SageMaker is sent: the arguments of each call, from the declaration and from what is live."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from inference_experiment_handler.model.observed import Experiment, Status
from inference_experiment_handler.plan.matching import declared_end, start_of
from inference_experiment_handler.spec.declaration import Declaration, Ending
from inference_experiment_handler.spec.limits import DEFAULT_TEST, REASON

Arguments = dict[str, Any]


def create(declaration: Declaration, name: str, tags: Mapping[str, str], now: datetime) -> Arguments:
    """``CreateInferenceExperiment``. Without a StartTime the test starts at once."""
    start = None if declaration.schedule.is_due(now) else declaration.schedule.start
    end = declaration.schedule.end_of_a_test_started_at(start or now)
    schedule = {**({"StartTime": start} if start else {}), **({"EndTime": end} if end else {})}
    return {
        "Name": name,
        "Type": declaration.type,
        "RoleArn": declaration.role_arn,
        "EndpointName": declaration.endpoint_name,
        "ModelVariants": [declaration.production.to_api(), declaration.shadow.to_api()],
        "ShadowModeConfig": _shadow_mode(declaration),
        "Tags": listed(tags),
        **({"Schedule": schedule} if schedule else {}),
        **({"Description": declaration.description} if declaration.description else {}),
        **({"DataStorageConfig": declaration.data_storage.to_api()} if declaration.data_storage else {}),
        **({"KmsKey": declaration.kms_key} if declaration.kms_key else {}),
    }


def update(declaration: Declaration, experiment: Experiment, fields: Collection[str]) -> Arguments:
    """``UpdateInferenceExperiment``: what puts these fields right, and nothing beyond them."""
    arguments: Arguments = {"Name": experiment.name}
    if "Description" in fields:
        arguments["Description"] = declaration.description
    if "Schedule.StartTime" in fields or "Schedule.EndTime" in fields:
        arguments["Schedule"] = _schedule(declaration, experiment)
    if "ModelVariants" in fields:
        arguments["ModelVariants"] = [declaration.production.to_api(), declaration.shadow.to_api()]
    if "DataStorageConfig" in fields and declaration.data_storage is not None:
        arguments["DataStorageConfig"] = declaration.data_storage.to_api()
    if "ShadowModeConfig" in fields or "SamplingPercentage" in fields:
        arguments["ShadowModeConfig"] = _shadow_mode(declaration)
    return arguments


def stop(experiment: Experiment, ending: Ending, default_reason: str) -> Arguments:
    """``StopInferenceExperiment``. The variants go by the names that the live experiment gives them."""
    return {
        "Name": experiment.name,
        "ModelVariantActions": {
            experiment.production_name: ending.production,
            experiment.shadow_name: ending.shadow,
        },
        "DesiredState": ending.desired_state,
        "Reason": ending.reason or default_reason[: REASON.longest],
        **(
            {"DesiredModelVariants": [variant.to_api() for variant in ending.desired_variants]}
            if ending.desired_variants
            else {}
        ),
    }


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _shadow_mode(declaration: Declaration) -> Arguments:
    return {
        "SourceModelVariantName": declaration.production.variant_name,
        "ShadowModelVariants": [
            {
                "ShadowModelVariantName": declaration.shadow.variant_name,
                "SamplingPercentage": declaration.sampling_percentage,
            }
        ],
    }


def _schedule(declaration: Declaration, experiment: Experiment) -> Arguments:
    end = end_to_send(declaration, experiment)
    # Only the end may change once the test runs. Before, both are sent: what half a schedule means is not documented.
    start = declaration.schedule.start or experiment.start if experiment.status == Status.CREATED else None
    return {**({"StartTime": start} if start else {}), **({"EndTime": end} if end else {})}


def end_to_send(declaration: Declaration, experiment: Experiment) -> datetime | None:
    if declaration.schedule.end is None and declaration.schedule.duration is None:
        # An end was declared before and is no longer: back to what SageMaker does by itself.
        start = start_of(declaration, experiment) or experiment.start
        return start + DEFAULT_TEST if start else experiment.end
    return declared_end(declaration, experiment) or experiment.end
