"""How transitions end without a further call: the next status of an experiment, and the end of an endpoint update."""

from dataclasses import dataclass, replace
from datetime import datetime

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.plan.situation import Situation
from shadowtest.planning.deployments import under_test
from shadowtest.planning.live import Arrival, Live


@dataclass(frozen=True)
class Open:
    """What follows is not known before the deployment."""

    why: str


def passed(live: Live, situation: Situation) -> Live | Open | None:
    """What is live once the handler has waited. ``None`` if nothing that it observes is in transition."""
    moving = [target.experiment for target in situation.targets if target.experiment.in_transition]
    for seen in moving:
        experiment = live.experiments[seen.name.casefold()]
        arrival = live.arrivals.get(seen.name.casefold()) or _arrival(experiment, live, situation.now)
        if isinstance(arrival, Open):
            return arrival
        # The tags are the current ones: the handler may have written some while it waited.
        live = live.with_experiment(replace(arrival.experiment, tags=experiment.tags)).with_endpoint(arrival.endpoint)
        live = replace(live, arrivals={key: each for key, each in live.arrivals.items() if key != seen.name.casefold()})
    if moving:
        return live
    updating = [each for each in situation.endpoints.values() if each is not None and each.in_transition]
    for endpoint in updating:
        served = _settled(endpoint)
        if isinstance(served, Open):
            return served
        live = live.with_endpoint(served)
    return live if updating else None


def _arrival(experiment: ObservedExperiment, live: Live, now: datetime) -> Arrival | Open:
    """The result of a transition that began before the deployment.

    If an endpoint is updating while its test is starting or updating, the test is assumed to cause the update.
    """
    endpoint = live.endpoint(experiment.endpoint_name)
    match experiment.status:
        case Status.CREATING | Status.UPDATING if experiment.start is not None and experiment.start > now:
            return Arrival(replace(experiment, status=Status.CREATED), None)
        case Status.CREATING if endpoint is None or endpoint.status != "InService":
            return Open(f"{experiment.name} is about to start, and its endpoint is not InService")
        case Status.UPDATING if endpoint is not None and not endpoint.in_transition:
            # Its variants are not deployed again.
            return Arrival(replace(experiment, status=Status.RUNNING), None)
        case Status.CREATING | Status.STARTING | Status.UPDATING:
            serving = under_test(experiment, endpoint) if endpoint is not None else None
            return Arrival(replace(experiment, status=Status.RUNNING), serving)
    return Open(f"{experiment.name} is {experiment.status}, and the next step depends on the result")


def _settled(endpoint: ObservedEndpoint) -> ObservedEndpoint | Open:
    if endpoint.status == "SystemUpdating":
        return replace(endpoint, status="InService")
    return Open(f"endpoint {endpoint.name} is {endpoint.status}, and the next step depends on what it then serves")
