"""Other experiments on the endpoint of a new test. SageMaker allows one at a time."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from inference_experiment_handler import client
from inference_experiment_handler.client import NotFoundError, ServiceError
from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Phase, Status, phase_of
from inference_experiment_handler.model.tags import owner_in_words
from inference_experiment_handler.observer import tags_of
from shadowtest.aws.errors import is_denied, words_of
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.planning.billing import end_of
from shadowtest.planning.live import Live
from shadowtest.planning.one_at_a_time import InTheWay, Times

_STOPS = "It is not known whether it has ended by then"
_MOST_AT_ONCE = 100
"""Experiments in one response of ListInferenceExperiments."""


def read_ahead(aws: Aws, sagemaker: ReadOnce) -> None:
    """Describes all experiments of the region that have not ended, in parallel as far as AWS's limits allow.

    The client keeps the responses. What can't be read is reported when it is needed.
    """

    def describe(name: str) -> None:
        with suppress(ServiceError):
            _described(sagemaker, name)

    with suppress(BotoCoreError, ClientError):
        aws.each(describe, list(_not_ended(sagemaker)))


def with_neighbours(live: Live, endpoints: Iterable[str], sagemaker: Any) -> Live:
    """Adds the experiments on these endpoints that have not ended, and those that can't be read but may be on them.

    Raises a ``ServiceError`` if a read fails for another reason.
    """
    wanted = {name.casefold() for name in endpoints}
    for name in _not_ended(sagemaker) if wanted else ():
        if live.experiment(name) is not None:
            continue
        try:
            found = _described(sagemaker, name)
            if found.endpoint_name.casefold() in wanted:
                live = live.with_experiment(replace(found, tags=_tags(sagemaker, found)))
        except NotFoundError:
            continue
        except ServiceError as error:
            if not is_denied(error):
                raise
            live = replace(live, hidden={**live.hidden, name: words_of(error)})
    return live


def neighbours_of(experiment: ObservedExperiment, live: Live) -> list[InTheWay]:
    """The other experiments on its endpoint that have not ended."""
    others = (each for each in live.experiments.values() if each.name.casefold() != experiment.name.casefold())
    endpoint = experiment.endpoint_name.casefold()
    return [
        InTheWay(_in_words(each), times_of(each), _STOPS if each.status == Status.STOPPING else "", each.name)
        for each in others
        if each.endpoint_name.casefold() == endpoint and not each.ended
    ]


def times_of(experiment: ObservedExperiment) -> Times:
    return Times(experiment.start or experiment.created, end_of(experiment))


def hidden_in_words(endpoint: str, live: Live) -> str:
    """Why it is not known whether the endpoint has another test."""
    names, (why, *_) = " and ".join(f"experiment {name}" for name in live.hidden), live.hidden.values()
    return f"it is not known whether {names} is also on endpoint {endpoint}: {why}"


def _in_words(neighbour: ObservedExperiment) -> str:
    whose = owner_in_words(neighbour.tags) if neighbour.tags is not None else "IAM does not allow reading its tags"
    return f"endpoint {neighbour.endpoint_name} has experiment {neighbour.name}, which is {neighbour.status}: {whose}"


def _described(sagemaker: Any, name: str) -> ObservedExperiment:
    return ObservedExperiment.from_api(client.call(sagemaker, operations.DESCRIBE, {"Name": name}))


def _tags(sagemaker: Any, experiment: ObservedExperiment) -> dict[str, str] | None:
    """The tags, which name the owner of the experiment. ``None`` if IAM does not allow reading them."""
    try:
        return tags_of(experiment, sagemaker)
    except ServiceError as error:
        if not is_denied(error):
            raise
        return None


def _not_ended(sagemaker: Any) -> Iterator[str]:
    arguments: dict[str, Any] = {"MaxResults": _MOST_AT_ONCE}
    while True:
        answer = sagemaker.list_inference_experiments(**arguments)
        for each in answer["InferenceExperiments"]:
            if phase_of(each["Status"]) is not Phase.ENDED:
                yield each["Name"]
        if not answer.get("NextToken"):
            return
        arguments["NextToken"] = answer["NextToken"]
