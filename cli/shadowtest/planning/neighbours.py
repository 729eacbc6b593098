"""Experiments of others on the endpoint of a test that is to be created. SageMaker allows one at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from inference_experiment_handler import client
from inference_experiment_handler.client import NotFoundError
from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Phase, Status, phase_of
from inference_experiment_handler.model.tags import owner_in_words
from inference_experiment_handler.observer import read_tags
from shadowtest.planning.billing import end_of
from shadowtest.planning.live import Live
from shadowtest.planning.one_at_a_time import InTheWay, Times

_STOPS = "It is not known whether it has ended by then"


def with_neighbours(live: Live, endpoints: Iterable[str], sagemaker: Any) -> Live:
    """With the experiments on these endpoints that have not ended. Raises a ``ServiceError`` where a read fails."""
    wanted = {name.casefold() for name in endpoints}
    for name in _not_ended(sagemaker) if wanted else ():
        if live.experiment(name) is not None:
            continue
        try:
            found = ObservedExperiment.from_api(client.call(sagemaker, operations.DESCRIBE, {"Name": name}))
            if found.endpoint_name.casefold() in wanted:
                live = live.with_experiment(replace(found, tags=read_tags(sagemaker, found.arn)))
        except NotFoundError:
            continue
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


def _in_words(neighbour: ObservedExperiment) -> str:
    whose = owner_in_words(neighbour.tags or {})
    return f"endpoint {neighbour.endpoint_name} has experiment {neighbour.name}, which is {neighbour.status}: {whose}"


def _not_ended(sagemaker: Any) -> Iterator[str]:
    arguments: dict[str, Any] = {}
    while True:
        answer = sagemaker.list_inference_experiments(**arguments)
        for each in answer["InferenceExperiments"]:
            if phase_of(each["Status"]) is not Phase.ENDED:
                yield each["Name"]
        if not answer.get("NextToken"):
            return
        arguments = {"NextToken": answer["NextToken"]}
