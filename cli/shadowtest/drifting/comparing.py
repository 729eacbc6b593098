"""Compares a deployed resource with what is live."""

from datetime import datetime

from inference_experiment_handler.client import SageMaker
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.tags import owner_in_words
from inference_experiment_handler.plan.wording import unhandled_status
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from shadowtest.deployed_resources import Resource
from shadowtest.drifting.drift import Finding, Kind, ResourceDrift
from shadowtest.drifting.fields import differing_fields, differing_tags
from shadowtest.drifting.over import of_absent, of_ended
from shadowtest.drifting.under_way import of_live
from shadowtest.drifting.unknowns import as_live
from shadowtest.planning.change import Change, Properties
from shadowtest.planning.live import Live, read_live
from shadowtest.planning.requests import update_request
from shadowtest.planning.what_if import Course, course_of


def compare(resource: Resource, sagemaker: SageMaker, now: datetime) -> ResourceDrift:
    """Raises a ``ServiceError`` if a read fails."""
    properties, unknown = as_live(resource.properties, resource.physical_id, sagemaker)
    untold = tuple(Finding(Kind.UNKNOWN, each) for each in unknown)
    if properties is None:
        return _told(resource, None, untold)
    change = Change(resource.stack_id, resource.logical_id, properties, properties, resource.physical_id)
    try:
        request = update_request(change, now)
    except InvalidPropertiesError as invalid:
        why = f"the function refuses the deployed properties: {invalid}"
        return _told(resource, None, (*untold, Finding(Kind.UNKNOWN, why)))
    live = read_live([request], sagemaker, now)
    situation = live.situation(request, Journal(), now)
    target = situation.target
    if target is None:
        endpoint = live.endpoint(situation.declared.endpoint_name)
        absent = of_absent(situation, _redeployed(change, live, now), endpoint)
        return _told(resource, None, (*untold, *absent))
    experiment, endpoint = target.experiment, live.endpoint(target.experiment.endpoint_name)
    if not target.owned:
        theirs = f"{experiment.name} does not belong to this resource: {owner_in_words(target.tags)}"
        return _told(resource, experiment, (*untold, Finding(Kind.TEST, theirs)))
    found = (*untold, *differing_fields(situation, target), *differing_tags(situation, target))
    if experiment.ended:
        over = of_ended(situation, target, _redeployed(change, live, now), endpoint)
        return _told(resource, experiment, (*found, *over))
    if experiment.unhandled:
        return _told(resource, experiment, (*found, Finding(Kind.UNKNOWN, unhandled_status(experiment))))
    course = _redeployed(_described_otherwise(change), live, now)
    more, note = of_live(situation, target, course, endpoint, has_drift=any(each.kind.is_drift for each in found))
    return _told(resource, experiment, (*found, *more), note)


def _redeployed(change: Change, live: Live, now: datetime) -> Course:
    """What the handler would do for an Update to the declared properties."""
    return course_of(update_request(change, now), live, now)


def _described_otherwise(change: Change) -> Change:
    """A change of the description only. The handler reads the endpoint of a running test only if the test changes."""
    declared: Properties = change.declared or {}
    description = "another" if declared.get("Description") != "another" else "other"
    return Change(
        change.stack_id,
        change.logical_id,
        change.deployed,
        {**declared, "Description": description},
        change.physical_id,
    )


def _told(
    resource: Resource, experiment: ObservedExperiment | None, findings: tuple[Finding, ...], note: str | None = None
) -> ResourceDrift:
    return ResourceDrift(
        resource.stack,
        resource.logical_id,
        experiment.name if experiment is not None else resource.physical_id,
        experiment.status if experiment is not None else None,
        findings,
        note,
    )
