"""The verdicts of a change: what the handler will do for each request that CloudFormation will send."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from inference_experiment_handler.client import CloudWatch, SageMaker
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.model.steps import Done
from inference_experiment_handler.plan.wording import ended_words
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from shadowtest.planning.change import Change
from shadowtest.planning.live import Live, read_live
from shadowtest.planning.neighbours import with_neighbours
from shadowtest.planning.placeholders import PLACEHOLDER
from shadowtest.planning.requests import cleanup_request, first_request, look_request
from shadowtest.planning.telling import about, tell
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.planning.what_if import course_of
from shadowtest.service_token import SERVICE_TOKEN


@dataclass(frozen=True)
class Foretold:
    """What a deployment does to a resource's test, in order, and what is live after it."""

    verdicts: tuple[Verdict, ...]
    live: Live


def foretell(change: Change, live: Live, now: datetime, *, stops_scheduled: bool = False) -> Foretold:
    """The verdicts on a change whose properties are all known."""
    refused = _refused_by_cloudformation(change)
    if refused is not None:
        return Foretold((refused,), live)
    try:
        request = first_request(change, now)
    except InvalidPropertiesError as invalid:
        return Foretold((Verdict(Kind.REFUSED, name_of(change), reason=str(invalid)),), live)
    if request is None:
        return Foretold((_without_request(change, live, now),), live)
    course = course_of(request, live, now, stops_scheduled=stops_scheduled)
    told = tell(course, now)
    cleanup = cleanup_request(change, request.name, now) if isinstance(course.end, Done) else None
    if cleanup is None:
        return Foretold(told, course.live)
    cleaning = course_of(cleanup, course.live, now, stops_scheduled=stops_scheduled)
    # If nothing of an old run is left to delete, that is not reported.
    cleaned = (each for each in tell(cleaning, now) if each.kind is not Kind.NOTHING)
    return Foretold((*told, *cleaned), cleaning.live)


def live_for(
    change: Change, sagemaker: SageMaker, now: datetime, cloudwatch: Callable[[], CloudWatch] | None = None
) -> Live:
    """Reads what the verdicts of the change depend on. Raises a ``ServiceError`` if a read fails."""
    requests = list(_requests(change, now))
    removals = [request for each in change.after for request in _requests(each, now)]
    live = read_live([*removals, *requests], sagemaker, now, cloudwatch)
    # A new endpoint whose name is not known yet has no other test.
    created_on = [
        each.declared.endpoint_name
        for each in requests
        if each.declared
        and each.declared.endpoint_name != PLACEHOLDER
        and (change.after or not live.experiment(each.name))
    ]
    live = with_neighbours(live, created_on, sagemaker)
    for each in change.after:
        live = foretell(each, live, now).live
    return live


def name_of(change: Change) -> str:
    """The name of the experiment that the change is about."""
    properties = change.declared if change.declared is not None else change.deployed
    return change.physical_id or names.of(properties or {}, change.stack_id, change.logical_id)


def _requests(change: Change, now: datetime) -> Iterator[Request]:
    try:
        request = first_request(change, now)
    except InvalidPropertiesError:
        return
    if request is None:
        if change.physical_id is not None:
            yield look_request(change, now)
        return
    yield request
    cleanup = cleanup_request(change, request.name, now) if request.type is RequestType.UPDATE else None
    if cleanup is not None:
        yield cleanup


def _refused_by_cloudformation(change: Change) -> Verdict | None:
    if change.deployed is None or change.declared is None:
        return None
    old, new = change.deployed.get(SERVICE_TOKEN), change.declared.get(SERVICE_TOKEN)
    if old == new:
        return None
    reason = (
        f"CloudFormation does not allow the ServiceToken of a deployed resource to change (from {old} to {new}). "
        "Remove the resource in one deployment, and add it under another logical id in the next one"
    )
    return Verdict(Kind.REFUSED, name_of(change), reason=reason)


def _without_request(change: Change, live: Live, now: datetime) -> Verdict:
    """The verdict if CloudFormation sends no request: the test does not change, unless its endpoint does."""
    experiment = live.experiment(change.physical_id or "")
    unread = live.unread_endpoints.get(experiment.endpoint_name.casefold()) if experiment is not None else None
    if experiment is not None and unread is not None and not experiment.ended:
        return about(Verdict(Kind.UNKNOWN, name_of(change), reason=unread), experiment, live, now)
    if change.declared is not None:
        why = "the properties do not change, so CloudFormation sends no request"
    else:
        why = "DeletionPolicy is Retain, so CloudFormation sends no Delete"
    if experiment is None:
        why += ". The experiment does not exist"
    elif experiment.ended:
        why += f". {ended_words(experiment)}"
    return about(Verdict(Kind.NOTHING, name_of(change), reason=why), experiment, live, now)
