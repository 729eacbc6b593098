"""How experiments change by the clock: which status follows without a call, when, and what happens to the endpoint.

This module does not check whether a call is allowed. ``experiments`` decides that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.sagemaker.behaviour import Behaviour
from local.sagemaker.clock import Clock
from local.sagemaker.endpoint_configs import EndpointConfigs
from local.sagemaker.endpoints import Endpoint, Endpoints
from local.sagemaker.errors import validation
from local.sagemaker.experiment import Conclusion, Experiment
from local.sagemaker.faults import CancelFault, Faults
from local.sagemaker.variants import after_stop, sampling, under_test

_RESTING = ("Created", "Running")


class Lifecycle:
    def __init__(
        self,
        clock: Clock,
        configs: EndpointConfigs,
        endpoints: Endpoints,
        faults: Faults,
        behaviour: Callable[[], Behaviour],
    ) -> None:
        self._clock = clock
        self._configs = configs
        self._endpoints = endpoints
        self._faults = faults
        self._behaviour = behaviour
        self.settled = clock.now()
        """The time up to which everything due has happened. Later events can't happen before it."""

    def due(self, experiment: Experiment) -> datetime | None:
        """When the status of this experiment next changes without a call."""
        if experiment.status in _RESTING and self._faults.cancellation(experiment.name, experiment.status):
            return max(experiment.entered, self.settled)
        behaviour, schedule = self._behaviour(), experiment.schedule
        match experiment.status:
            case "Creating":
                return self._after(experiment.entered, behaviour.creating)
            case "Created" if schedule.start:
                return max(schedule.start, experiment.entered)
            case "Created":
                return self._after(experiment.entered, behaviour.created_pause)
            case "Starting":
                return self._after(experiment.entered, behaviour.starting)
            case "Updating":
                return self._after(experiment.entered, behaviour.updating)
            case "Running" if schedule.started:
                return max(schedule.ends(schedule.started), experiment.entered)
            case "Stopping":
                return self._after(experiment.entered, behaviour.stopping + behaviour.endpoint_first_by)
        return None

    def move(self, experiment: Experiment, at: datetime) -> None:
        """Applies what is due for this experiment."""
        if fault := self._faults.cancellation(experiment.name, experiment.status):
            self._cancel_as_failed(experiment, fault, at)
            return
        match experiment.status:
            case "Creating" if experiment.schedule.start or self._behaviour().unscheduled_passes_created:
                experiment.enter("Created", at)
                if experiment.schedule.start and self._behaviour().shadow_deployed_before_start:
                    self._deploy(experiment, at)
            case "Creating" | "Created":
                self._start_or_fail(experiment, at)
            case "Starting":
                experiment.enter("Running", at)
            case "Updating":
                experiment.testing = experiment.testing_next or experiment.testing
                experiment.testing_next = None
                experiment.enter(experiment.returns_to, at)
            case "Running":
                self._end_as_scheduled(experiment, at)
            case "Stopping" if experiment.conclusion:
                self._end(experiment, experiment.conclusion, at)

    def start(self, experiment: Experiment, at: datetime) -> None:
        if not experiment.testing:
            self._endpoint_in_service(experiment)
        self._deploy(experiment, at)
        experiment.schedule = experiment.schedule.begun(at)
        experiment.enter("Starting", at)

    def _deploy(self, experiment: Experiment, at: datetime) -> None:
        """Deploys the shadow variant to the endpoint, if possible."""
        endpoint = self._endpoints.find(experiment.endpoint)
        if endpoint is None or endpoint.status != "InService":
            return
        experiment.before = experiment.before or endpoint.config
        experiment.testing = self._configs.generate(experiment.name, self._under_test(experiment), at)
        endpoint.take_up(experiment.testing, at, self._after(at, self._behaviour().starting))

    def update(self, experiment: Experiment, changed: Experiment, at: datetime) -> None:
        resampled = sampling(changed.shadow_mode) != sampling(experiment.shadow_mode)
        if resampled and experiment.status == "Running":
            endpoint = self._endpoint_in_service(experiment)
            experiment.testing_next = self._configs.generate(experiment.name, self._under_test(changed), at)
            endpoint.take_up(experiment.testing_next, at, self._after(at, self._behaviour().updating))
        experiment.description = changed.description
        experiment.variants = changed.variants
        experiment.storage = changed.storage
        experiment.shadow_mode = changed.shadow_mode
        experiment.schedule = changed.schedule
        experiment.returns_to = experiment.status
        experiment.enter("Updating", at)

    def stop(
        self,
        experiment: Experiment,
        actions: Mapping[str, str],
        desired: Iterable[Mapping[str, Any]] | None,
        conclusion: Conclusion,
        at: datetime,
    ) -> None:
        if experiment.testing:
            endpoint = self._endpoint_in_service(experiment)
            keeps_name = self._behaviour().promoted_keeps_shadow_name
            variants = after_stop(experiment.testing, actions, desired, keeps_shadow_name=keeps_name)
            endpoint.take_up(
                self._configs.generate(experiment.name, variants, at),
                at,
                self._after(at, self._behaviour().stopping),
                rolls_back=self._faults.takes_silent_rollback(experiment.name),
            )
        experiment.conclusion = conclusion
        experiment.returns_to = experiment.status
        experiment.enter("Stopping", at)

    def _end_as_scheduled(self, experiment: Experiment, at: datetime) -> None:
        """Restores what the endpoint served before the test. Nothing is promoted."""
        endpoint = self._endpoints.find(experiment.endpoint)
        if endpoint is None or experiment.before is None:
            self._end(experiment, Conclusion("Cancelled", f"Endpoint {experiment.endpoint} no longer exists."), at)
            return
        endpoint.take_up(experiment.before, at, self._after(at, self._behaviour().stopping))
        experiment.conclusion = Conclusion("Completed")
        experiment.returns_to = experiment.status
        experiment.enter("Stopping", at)

    def _start_or_fail(self, experiment: Experiment, at: datetime) -> None:
        endpoint = self._endpoints.find(experiment.endpoint)
        if endpoint and (endpoint.status == "InService" or experiment.testing):
            self.start(experiment, at)
        else:
            self._end(experiment, Conclusion("Cancelled", f"Endpoint {experiment.endpoint} is not InService."), at)

    def _cancel_as_failed(self, experiment: Experiment, fault: CancelFault, at: datetime) -> None:
        """An operation of SageMaker failed: the endpoint keeps what it served before that operation."""
        self._faults.happened(fault)
        kept = experiment.before if experiment.status == "Starting" else experiment.testing
        endpoint = self._endpoints.find(experiment.endpoint)
        if kept and endpoint and endpoint.status in ("InService", "Updating"):
            endpoint.serve(kept, at)
        self._end(experiment, Conclusion("Cancelled", fault.reason), at)

    def _end(self, experiment: Experiment, conclusion: Conclusion, at: datetime) -> None:
        experiment.reason = conclusion.reason
        experiment.completed = at
        experiment.enter(conclusion.state, at)

    def _endpoint_in_service(self, experiment: Experiment) -> Endpoint:
        endpoint = self._endpoints.get(experiment.endpoint)
        if endpoint.status != "InService":
            raise validation(f"Endpoint {endpoint.arn} must be InService, but is {endpoint.status}.")
        return endpoint

    def _under_test(self, experiment: Experiment) -> dict[str, Any]:
        return under_test(experiment.variants, experiment.shadow_mode, experiment.storage, experiment.kms_key)

    def _after(self, since: datetime, duration: timedelta) -> datetime:
        return since + self._clock.scaled(duration)
