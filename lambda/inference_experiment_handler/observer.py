"""One look at what is live, taken afresh before every decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler import client as service
from inference_experiment_handler.client import NotFoundError, SageMaker
from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import SETTLING, Progress
from inference_experiment_handler.model.observed import Endpoint, Experiment, Status
from inference_experiment_handler.model.operations import (
    DESCRIBE,
    DESCRIBE_ENDPOINT,
    DESCRIBE_ENDPOINT_CONFIG,
    LIST_TAGS,
    START,
    STOP,
)
from inference_experiment_handler.plan import endpoint as endpoint_checks
from inference_experiment_handler.plan.fields import CONCLUSION, conclusion_digest
from inference_experiment_handler.runtime.event import Request
from inference_experiment_handler.spec.declaration import Declaration

_LONGEST_START = timedelta(hours=1)


@dataclass(frozen=True)
class Sight:
    """One experiment with its tags. They are left out where nothing is decided by them: in the middle of a wait."""

    experiment: Experiment
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether a request has ever brought it about as declared, as far as the tags tell."""
        # A creation writes the request and the owner at once. A request alone was added after the tags were stripped.
        began = ownership.REQUEST in self.tags and ownership.STACK_ID in self.tags
        return ownership.APPLIED in self.tags or not began

    def owner_may_not_show_yet(self, now: datetime) -> bool:
        """Whether its tags may say whose it is in a moment."""
        untagged = ownership.STACK_ID not in self.tags and ownership.LOGICAL_ID not in self.tags
        created = self.experiment.created
        return untagged and created is not None and now - created < SETTLING


@dataclass(frozen=True)
class Observation:
    """What one look found. Endpoints are looked at only where they decide something."""

    now: datetime
    sight: Sight | None = None
    predecessor: Sight | None = None
    endpoints: Mapping[str, Endpoint | None] = field(default_factory=dict)

    @property
    def experiment(self) -> Experiment | None:
        return self.sight.experiment if self.sight else None

    def endpoint(self, name: str) -> Endpoint | None:
        """``None``: there is no such endpoint. Raises a ``KeyError`` for one that was not looked at."""
        return self.endpoints[name.casefold()]


def observe(request: Request, progress: Progress, client: SageMaker, now: datetime) -> Observation:
    """Raises a ``ServiceError`` where a look fails."""
    # What a test that starts lacks yet its tags tell, where it is not waited for until it runs.
    tagged = request.declaration is not None and not request.declaration.waits_until_running
    looks = (_look(client, name, progress, now, tagged=tagged) for name in request.candidates)
    sight = next((found for found in looks if found), None)
    # Whether it ever succeeded decides what becomes of it, even while it is in transition.
    predecessor = _look(client, request.replaces, progress, now, tagged=True) if request.replaces else None
    deciding = {
        name.casefold()
        for name in (
            _unproven_endpoint(predecessor, progress),
            _unproven_endpoint(sight, progress),
            _declared_endpoint(request, sight, now),
        )
        if name
    }
    return Observation(now, sight, predecessor, {name: _look_at_endpoint(client, name) for name in sorted(deciding)})


def is_to_conclude(declaration: Declaration, sight: Sight) -> bool:
    """Whether a conclusion is declared that was not applied yet. Once it was, the endpoint may have moved on."""
    applied = ownership.read(sight.tags) or {}
    conclusion = declaration.conclusion
    return conclusion is not None and applied.get(CONCLUSION) != conclusion_digest(conclusion)


def unproven(sight: Sight, progress: Progress) -> bool:
    """Whether it was stopped by this resource, and its endpoint has not yet been seen to be as its ending declares."""
    name = sight.experiment.name
    if not sight.experiment.ended or not sight.experiment.ran:
        return False
    return bool(sight.tags.get(ownership.ENDING)) or progress.perhaps_made(STOP, name)


def _unproven_endpoint(sight: Sight | None, progress: Progress) -> str | None:
    return sight.experiment.endpoint_name if sight and unproven(sight, progress) else None


def _declared_endpoint(request: Request, sight: Sight | None, now: datetime) -> str | None:
    """The endpoint tells what is served before a test is created or started, and whether a conclusion holds."""
    declaration = request.declaration
    if declaration is None:
        return None
    if sight is None:
        return declaration.endpoint_name
    experiment = sight.experiment
    if experiment.ended:
        return experiment.endpoint_name if is_to_conclude(declaration, sight) else None
    decides = experiment.status == Status.CREATED and endpoint_checks.decides(declaration, experiment, now)
    return declaration.endpoint_name if decides and declaration.conclusion is None else None


def _look(client: SageMaker, name: str, progress: Progress, now: datetime, *, tagged: bool = False) -> Sight | None:
    try:
        experiment = Experiment.from_api(service.call(client, DESCRIBE, {"Name": name}))
        waiting = experiment.in_transition and name in progress.claims and not tagged
        tags = {} if waiting else tags_of(client, experiment.arn)
    except NotFoundError:
        return None
    return Sight(replace(experiment, start=_actual_start(experiment, tags, progress, now)), tags)


def _actual_start(experiment: Experiment, tags: dict[str, str], progress: Progress, now: datetime) -> datetime | None:
    """Whether SageMaker reports when a test really started, or when it was to, is not documented."""
    if experiment.status == Status.CREATED:
        return experiment.start
    reported, started = experiment.start, ownership.started(tags) or progress.made_at(START, experiment.name)
    if started is not None:
        # The planned start was later, and a test takes a while to start.
        return reported if reported and started <= reported < min(now, started + _LONGEST_START) else started
    if reported is not None and (reported <= now or experiment.ended):
        return reported
    return reported or experiment.created


def tags_of(client: SageMaker, arn: str) -> dict[str, str]:
    """Raises a ``ServiceError`` where they can't be read."""
    tags: dict[str, str] = {}
    arguments: dict[str, Any] = {"ResourceArn": arn}
    while True:
        answer = service.call(client, LIST_TAGS, arguments)
        tags.update((tag["Key"], tag["Value"]) for tag in answer.get("Tags", []))
        if not answer.get("NextToken"):
            return tags
        arguments["NextToken"] = answer["NextToken"]


def _look_at_endpoint(client: SageMaker, name: str) -> Endpoint | None:
    try:
        answer = service.call(client, DESCRIBE_ENDPOINT, {"EndpointName": name})
    except NotFoundError:
        return None
    try:
        config = service.call(client, DESCRIBE_ENDPOINT_CONFIG, {"EndpointConfigName": answer["EndpointConfigName"]})
    except NotFoundError:
        # It may be deleted while the endpoint serves it. What it said counts as unknown.
        config = {}
    return Endpoint.from_api(answer, config)
