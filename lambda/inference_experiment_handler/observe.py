"""One look at what is live, taken afresh before every decision."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inference_experiment_handler import ownership, service
from inference_experiment_handler.event import Request
from inference_experiment_handler.fields import CONCLUSION, conclusion_digest
from inference_experiment_handler.live import Endpoint, Experiment, Status
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.service import NotFoundError, SageMaker


@dataclass(frozen=True)
class Sight:
    """One experiment with its tags. They are left out where nothing is decided by them: in the middle of a wait."""

    experiment: Experiment
    tags: dict[str, str] = field(default_factory=dict)


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
    sight = next((found for name in request.candidates if (found := _look(client, name, progress))), None)
    predecessor = _look(client, request.replaces, progress) if request.replaces else None
    endpoint_name = _endpoint_that_decides(request, progress, sight, predecessor)
    endpoint = _look_at_endpoint(client, endpoint_name) if endpoint_name else None
    return Observation(now, sight, predecessor, endpoint)


def _endpoint_that_decides(
    request: Request, progress: Progress, sight: Sight | None, predecessor: Sight | None
) -> str | None:
    """An endpoint tells what is served before a test is created, and what became of it once it was ended."""
    for ended in (predecessor, sight):
        if ended and ended.experiment.ended and progress.made("StopInferenceExperiment", ended.experiment.name):
            return ended.experiment.endpoint_name
    declaration = request.declaration
    if declaration is None:
        return None
    if sight is None:
        return declaration.endpoint_name if declaration.conclusion is None else None
    experiment = sight.experiment
    if experiment.ended and declaration.conclusion is not None:
        applied = ownership.read(sight.tags) or {}
        concluded = applied.get(CONCLUSION) == conclusion_digest(declaration.conclusion)
        return None if concluded else experiment.endpoint_name
    if experiment.status == Status.CREATED and declaration.production not in experiment.variants.values():
        return declaration.endpoint_name
    return None


def _look(client: SageMaker, name: str, progress: Progress) -> Sight | None:
    try:
        experiment = Experiment.from_api(service.call(client, "DescribeInferenceExperiment", {"Name": name}))
        waiting = experiment.in_transition and progress.in_charge(name)
        return Sight(experiment, {} if waiting else _tags(client, experiment.arn))
    except NotFoundError:
        return None


def _tags(client: SageMaker, arn: str) -> dict[str, str]:
    tags: dict[str, str] = {}
    arguments: dict[str, Any] = {"ResourceArn": arn}
    while True:
        answer = service.call(client, "ListTags", arguments)
        tags.update((tag["Key"], tag["Value"]) for tag in answer.get("Tags", []))
        if not answer.get("NextToken"):
            return tags
        arguments["NextToken"] = answer["NextToken"]


def _look_at_endpoint(client: SageMaker, name: str) -> Endpoint | None:
    try:
        answer = service.call(client, "DescribeEndpoint", {"EndpointName": name})
        config = service.call(client, "DescribeEndpointConfig", {"EndpointConfigName": answer["EndpointConfigName"]})
    except NotFoundError:
        return None
    return Endpoint.from_api(answer, config)
