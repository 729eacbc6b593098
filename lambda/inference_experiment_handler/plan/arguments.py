"""The arguments of each call to SageMaker, from the desired and the observed state."""

from collections.abc import Iterable, Mapping
from typing import Any

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.plan import schedule
from inference_experiment_handler.plan.fields import FIELDS, Arguments, Field
from inference_experiment_handler.plan.live_count import desired_as_served
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.declaration import Ending
from inference_experiment_handler.spec.limits import REASON


def create(situation: Situation, tags: Mapping[str, str]) -> Arguments:
    """``CreateInferenceExperiment``."""
    sent: Arguments = {"Name": situation.request.name, "Tags": tag_list(tags)}
    desired = desired_as_served(situation)
    for field in FIELDS:
        sent.update(field.create_arguments(desired, situation.now))
    return sent


def update(situation: Situation, target: Target, fields: Iterable[Field]) -> Arguments:
    """``UpdateInferenceExperiment``: the desired values of these fields, and the live values of all others.

    AWS does not document whether SageMaker keeps values that are omitted.
    """
    desired, experiment = desired_as_served(situation), target.experiment
    changing = {field.name for field in fields}
    for field in FIELDS:
        if field.name not in changing and field.goes_with not in changing:
            desired = field.keep(desired, experiment)
    sent: Arguments = {"Name": target.name}
    for field in FIELDS:
        if experiment.status in field.changes_in:
            sent.update(field.update_arguments(desired, experiment))
    if not changing & {"Schedule.StartTime", "Schedule.EndTime"}:
        sent.pop("Schedule", None)
        sent.update(schedule.as_live(experiment, situation.now))
    return sent


def stop(experiment: ObservedExperiment, ending: Ending, default_reason: str, *, says: str = "") -> Arguments:
    """``StopInferenceExperiment``, with the variant names of the live experiment.

    ``says``: an addition to the reason, if there is enough space.
    """
    desired = [variant.to_api() for variant in ending.desired_variants]
    reason = ending.reason or default_reason[: REASON.longest]
    if says and len(reason) + len(says) + 2 <= REASON.longest:
        reason = f"{reason}; {says}"
    return {
        "Name": experiment.name,
        "ModelVariantActions": {
            experiment.production_name: ending.production,
            experiment.shadow_name: ending.shadow,
        },
        "DesiredState": ending.desired_state,
        "Reason": reason,
        **({"DesiredModelVariants": desired} if desired else {}),
    }


def add_tags(experiment: ObservedExperiment, tags: Mapping[str, str]) -> Arguments:
    """``AddTags``."""
    return {"ResourceArn": experiment.arn, "Tags": tag_list(tags)}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Tags in the format of the API."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
