"""One look at what is live, taken afresh before every decision."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from inference_experiment_handler import endpoint_checks, ownership, service
from inference_experiment_handler.event import Request, removes
from inference_experiment_handler.fields import CONCLUSION, conclusion_digest
from inference_experiment_handler.live import Endpoint, Experiment, Status
from inference_experiment_handler.operations import (
    DESCRIBE,
    DESCRIBE_ENDPOINT,
    DESCRIBE_ENDPOINT_CONFIG,
    LIST_TAGS,
    START,
    STOP,
)
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.service import NotFoundError, SageMaker


@dataclass(frozen=True)
class Sight:
    """One experiment with its tags. They are left out where nothing is decided by them: in the middle of a wait."""

    experiment: Experiment
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether a request has ever brought it about as declared, as far as the tags tell."""
        return ownership.APPLIED in self.tags or ownership.REQUEST not in self.tags


@dataclass(frozen=True)
class Observation:
    """What one look found. ``endpoint`` is looked at only where it decides something."""

    now: datetime
    sight: Sight | None = None
    predecessor: Sight | None = None
    endpoint: Endpoint | None = None

    @property
    def experiment(self) -> Experiment | None:
        return self.sight.experiment if self.sight else None


def observe(request: Request, progress: Progress, client: SageMaker, now: datetime) -> Observation:
    """Raises a ``ServiceError`` where a look fails."""
    sight = next((found for name in request.candidates if (found := _look(client, name, progress, now))), None)
    predecessor = _look(client, request.replaces, progress, now) if request.replaces else None
    endpoint_name = _endpoint_that_decides(request, progress, sight, predecessor, now)
    endpoint = _look_at_endpoint(client, endpoint_name) if endpoint_name else None
    return Observation(now, sight, predecessor, endpoint)


def stopped_by(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether this request may have ended the test, as far as it knows."""
    return progress.perhaps_made(STOP, sight.experiment.name) or sight.tags.get(ownership.REQUEST) == request.token


def may_have_stopped(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether this request may have ended the test, or a Delete that came before it."""
    before = request.declaration is None and removes(sight.tags.get(ownership.REQUEST, ""))
    return before or stopped_by(request, sight, progress)


def _endpoint_that_decides(
    request: Request, progress: Progress, sight: Sight | None, predecessor: Sight | None, now: datetime
) -> str | None:
    """An endpoint tells what is served before a test is created or started, and what became of it once it was ended."""
    for ended in (predecessor, sight):
        if ended and ended.experiment.ended and may_have_stopped(request, ended, progress):
            return ended.experiment.endpoint_name
    declaration = request.declaration
    if declaration is None:
        return None
    if sight is None:
        return declaration.endpoint_name
    experiment = sight.experiment
    if experiment.ended and declaration.conclusion is not None:
        applied = ownership.read(sight.tags) or {}
        concluded = applied.get(CONCLUSION) == conclusion_digest(declaration.conclusion)
        return None if concluded else experiment.endpoint_name
    decides = experiment.status == Status.CREATED and endpoint_checks.decides(declaration, experiment, now)
    return declaration.endpoint_name if decides and declaration.conclusion is None else None


def _look(client: SageMaker, name: str, progress: Progress, now: datetime) -> Sight | None:
    try:
        experiment = Experiment.from_api(service.call(client, DESCRIBE, {"Name": name}))
        waiting = experiment.in_transition and progress.in_charge(name)
        tags = {} if waiting else _tags(client, experiment.arn)
    except NotFoundError:
        return None
    return Sight(replace(experiment, start=_actual_start(experiment, tags, progress, now)), tags)


def _actual_start(experiment: Experiment, tags: dict[str, str], progress: Progress, now: datetime) -> datetime | None:
    """Whether SageMaker reports when a test really started, or when it was to, is not documented."""
    if experiment.status == Status.CREATED or (experiment.start is not None and experiment.start <= now):
        return experiment.start
    started = ownership.started(tags) or progress.made_at(START, experiment.name)
    return started or experiment.start or experiment.created


def _tags(client: SageMaker, arn: str) -> dict[str, str]:
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
