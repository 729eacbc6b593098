"""The operations on inference experiments, and what is legal when.

``lifecycle`` has the statuses that follow without a call. This module has the calls: in which status each is allowed,
and what is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from local.sagemaker.behaviour import Behaviour
from local.sagemaker.clock import Clock
from local.sagemaker.copies import copied
from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import ServiceError, conflict, in_use, not_found, validation
from local.sagemaker.experiment import ENDED, Conclusion, Experiment, changes_only_sampling
from local.sagemaker.lifecycle import Lifecycle
from local.sagemaker.models import Models
from local.sagemaker.names import Arns, key
from local.sagemaker.schedule import Schedule
from local.sagemaker.variants import by_name, check_actions, check_excluded, check_roles, sampling, shadow_name

_PAGE = 10


class Experiments:
    """Every experiment of one account and region."""

    def __init__(
        self,
        *,
        arns: Arns,
        clock: Clock,
        models: Models,
        endpoints: Endpoints,
        lifecycle: Lifecycle,
        behaviour: Callable[[], Behaviour],
    ) -> None:
        self._arns = arns
        self._clock = clock
        self._models = models
        self._endpoints = endpoints
        self._lifecycle = lifecycle
        self._behaviour = behaviour
        self._by_key: dict[str, Experiment] = {}

    def create(self, asked: Mapping[str, Any]) -> Experiment:
        name, now = asked["Name"], self._clock.now()
        arn = self._arns.of("inference-experiment", name)
        if key(name) in self._by_key:
            raise in_use(f"Inference experiment {arn} already exists.")
        endpoint = self._endpoints.get(asked["EndpointName"])
        for other in self._by_key.values():
            if key(other.endpoint) == key(endpoint.name) and not other.ended:
                raise in_use(f"Endpoint {endpoint.arn} is already in use by inference experiment {other.arn}.")
        if endpoint.status != "InService":
            raise validation(f"Endpoint {endpoint.arn} must be InService, but is {endpoint.status}.")
        check_excluded(endpoint.config, shadow_name(asked["ShadowModeConfig"]))
        experiment = Experiment(
            name=name,
            arn=arn,
            role=asked["RoleArn"],
            endpoint=endpoint.name,
            variants=copied(asked["ModelVariants"]),
            shadow_mode=copied(asked["ShadowModeConfig"]),
            created=now,
            modified=now,
            visible_from=now + self._behaviour().visible_after_create,
            entered=now,
            schedule=Schedule().asked(asked.get("Schedule", {})),
            description=asked.get("Description"),
            storage=copied(asked.get("DataStorageConfig")),
            kms_key=asked.get("KmsKey"),
        )
        self._check_declaration(experiment, now)
        self._by_key[key(name)] = experiment
        return experiment

    def get(self, name: str) -> Experiment:
        experiment = self._by_key.get(key(name))
        if experiment is None or experiment.visible_from > self._clock.now():
            raise not_found(f"Inference experiment {self._arns.of('inference-experiment', name)} does not exist.")
        return experiment

    def arns(self) -> dict[str, str]:
        """The ARNs of all visible experiments, by their names."""
        now = self._clock.now()
        return {each.name: each.arn for each in self._by_key.values() if each.visible_from <= now}

    def deployed_on(self, endpoint: str) -> Experiment | None:
        """A test whose shadow variant is deployed on this endpoint, or is being deployed or removed.

        If the endpoint was deleted and created again, its running test still counts.
        """
        deployed = (each for each in self._by_key.values() if each.testing and not each.ended)
        return next((each for each in deployed if key(each.endpoint) == key(endpoint)), None)

    def describe(self, name: str) -> dict[str, Any]:
        experiment = self.get(name)
        described = experiment.describe(self._endpoints.find(experiment.endpoint), self._behaviour(), self._arns)
        return described | {"Status": self._status(experiment)}

    def update(self, asked: Mapping[str, Any]) -> Experiment:
        experiment, now = self.get(asked["Name"]), self._clock.now()
        _require(experiment, "updated", "Created", "Running")
        kept = {} if self._behaviour().update_drops_what_is_left_out else vars(experiment)
        storage = experiment.storage if experiment.status == "Running" else kept.get("storage")
        changed = replace(
            experiment,
            description=asked.get("Description", kept.get("description")),
            variants=copied(asked.get("ModelVariants", experiment.variants)),
            storage=copied(asked.get("DataStorageConfig", storage)),
            shadow_mode=copied(asked.get("ShadowModeConfig", experiment.shadow_mode)),
            schedule=experiment.schedule.asked(asked.get("Schedule", {})),
        )
        if experiment.status == "Running":
            _check_running_update(experiment, changed)
        self._check_declaration(changed, now)
        self._lifecycle.update(experiment, changed, now)
        return experiment

    def start(self, name: str) -> Experiment:
        experiment = self.get(name)
        _require(experiment, "started", "Created")
        self._lifecycle.start(experiment, self._clock.now())
        return experiment

    def stop(self, asked: Mapping[str, Any]) -> Experiment:
        experiment, now = self.get(asked["Name"]), self._clock.now()
        _require(experiment, "stopped", "Running", *(["Created"] if self._behaviour().stop_in_created else []))
        actions, desired = asked["ModelVariantActions"], asked.get("DesiredModelVariants")
        check_actions(actions, desired, experiment.shadow_mode)
        for variant in desired or []:
            self._models.get(variant["ModelName"])
            own = by_name(experiment.variants)[variant["VariantName"]]["ModelName"]
            if not self._behaviour().stop_deploys_another_model and key(own) != key(variant["ModelName"]):
                raise validation(f"DesiredModelVariants must have the model of the experiment, {own}.")
        conclusion = Conclusion(asked.get("DesiredState", "Completed"), asked.get("Reason"))
        self._lifecycle.stop(experiment, actions, desired, conclusion, now)
        return experiment

    def delete(self, name: str) -> Experiment:
        """Deletes only the record. The endpoint, its variants and captured data stay."""
        experiment = self.get(name)
        _require(experiment, "deleted", *ENDED, *(["Created"] if self._behaviour().delete_in_created else []))
        del self._by_key[key(name)]
        return experiment

    def page(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One response of ListInferenceExperiments."""
        now = self._clock.now()
        chosen = [
            experiment
            for experiment in self._by_key.values()
            if experiment.visible_from <= now
            and asked.get("NameContains", "") in experiment.name
            and asked.get("StatusEquals", experiment.status) == experiment.status
            and _between(experiment.created, asked, "CreationTime")
            and _between(experiment.modified, asked, "LastModifiedTime")
        ]
        order: dict[str, Callable[[Experiment], Any]] = {
            "Name": lambda experiment: experiment.name,
            "Status": lambda experiment: experiment.status,
            "CreationTime": lambda experiment: experiment.created,
        }
        chosen.sort(key=order[asked.get("SortBy", "CreationTime")], reverse=asked.get("SortOrder") != "Ascending")
        token = asked.get("NextToken", "0")
        if not token.isdigit():
            raise validation("The NextToken is not valid.")
        start, size = int(token), asked.get("MaxResults", _PAGE)
        answer: dict[str, Any] = {
            "InferenceExperiments": [
                each.summary(self._behaviour()) | {"Status": self._status(each)}
                for each in chosen[start : start + size]
            ]
        }
        if start + size < len(chosen):
            answer["NextToken"] = str(start + size)
        return answer

    def _status(self, experiment: Experiment) -> str:
        """The status in responses."""
        late = self._clock.now() < experiment.entered + self._clock.scaled(self._behaviour().stop_shows_after)
        return experiment.returns_to if experiment.status == "Stopping" and late else experiment.status

    def due(self) -> list[tuple[datetime, Experiment]]:
        dues = [(self._lifecycle.due(experiment), experiment) for experiment in self._by_key.values()]
        return [(due, experiment) for due, experiment in dues if due]

    def _check_declaration(self, experiment: Experiment, now: datetime) -> None:
        behaviour = self._behaviour()
        check_roles(experiment.variants, experiment.shadow_mode)
        for variant in experiment.variants:
            self._models.get(variant["ModelName"])
        lowest = 0 if behaviour.sampling_zero_allowed else 1
        if sampling(experiment.shadow_mode) < lowest:
            raise validation(f"SamplingPercentage must be {lowest} or more.")
        experiment.schedule.check(behaviour, now)


def _check_running_update(experiment: Experiment, changed: Experiment) -> None:
    def refused(what: str) -> ServiceError:
        return validation(f"{what} of inference experiment {experiment.arn} can't be changed while it is Running.")

    if changed.variants != experiment.variants:
        raise refused("ModelVariants")
    if changed.storage != experiment.storage:
        raise refused("DataStorageConfig")
    if not changes_only_sampling(experiment.shadow_mode, changed.shadow_mode):
        raise refused("ShadowModeConfig, apart from SamplingPercentage,")
    actual = (experiment.schedule.start, experiment.schedule.started)
    if changed.schedule.start not in actual:
        raise refused("StartTime")


def _require(experiment: Experiment, verb: str, *statuses: str) -> None:
    if experiment.status not in statuses:
        raise conflict(
            f"Inference experiment {experiment.arn} is in status {experiment.status} and can't be {verb}; "
            f"it must be in one of {', '.join(statuses)}."
        )


def _between(instant: datetime, asked: Mapping[str, Any], name: str) -> bool:
    after, before = asked.get(f"{name}After"), asked.get(f"{name}Before")
    return (after is None or instant >= after) and (before is None or instant <= before)
