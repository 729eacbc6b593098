"""What is live: experiments and endpoints, as the handler's own observer reads them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from inference_experiment_handler.client import CloudWatch, SageMaker
from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.observer import observe, observe_endpoint, read_evidence
from inference_experiment_handler.plan.gate import gate_ahead
from inference_experiment_handler.plan.needs import endpoints_needed, evidence_needed, tags_needed
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.spec.gate import Gate


@dataclass(frozen=True)
class Arrival:
    """The result of a call: the experiment, and its endpoint, once the transition has ended."""

    experiment: ObservedExperiment
    endpoint: ObservedEndpoint | None


@dataclass(frozen=True)
class Live:
    """Experiments and endpoints by their names in lower case, because SageMaker ignores the case of names.

    Attributes:
        endpoints: ``None`` if there is no endpoint of that name.
        arrivals: The transitions that the plan itself has begun, by the experiment's name.
        unread: The names of experiments whose live state is not known.
        unread_endpoints: Why it is not known what an endpoint serves, as a clause, by its name.
        evidence: What CloudWatch has measured, by the gate that needs it and the experiment's name.
        hidden: Why other experiments that may be on the endpoint of a new test can't be read, by their names.
    """

    experiments: Mapping[str, ObservedExperiment] = field(default_factory=dict)
    endpoints: Mapping[str, ObservedEndpoint | None] = field(default_factory=dict)
    arrivals: Mapping[str, Arrival] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    unread_endpoints: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[tuple[Gate, str], Evidence] = field(default_factory=dict)

    def experiment(self, name: str) -> ObservedExperiment | None:
        return self.experiments.get(name.casefold())

    def endpoint(self, name: str) -> ObservedEndpoint | None:
        return self.endpoints.get(name.casefold())

    def with_experiment(self, experiment: ObservedExperiment) -> "Live":
        return replace(self, experiments={**self.experiments, experiment.name.casefold(): experiment})

    def without_experiment(self, name: str) -> "Live":
        kept = {key: each for key, each in self.experiments.items() if key != name.casefold()}
        return replace(self, experiments=kept)

    def with_endpoint(self, endpoint: ObservedEndpoint | None) -> "Live":
        if endpoint is None:
            return self
        return replace(self, endpoints={**self.endpoints, endpoint.name.casefold(): endpoint})

    def with_unread_endpoint(self, name: str, why: str) -> "Live":
        return replace(self, unread_endpoints={**self.unread_endpoints, name.casefold(): why})

    def situation(self, request: Request, journal: Journal, now: datetime) -> Situation:
        """The situation that the handler's observer would build from this for a request."""
        situation = Situation(request, journal, now)

        def seen(name: str) -> ObservedExperiment | None:
            experiment = self.experiment(name)
            if experiment is None or tags_needed(situation, name, experiment):
                return experiment
            return replace(experiment, tags=None)

        observed = next(filter(None, map(seen, request.candidates)), None)
        predecessor = seen(request.replaces) if request.replaces else None
        found = replace(situation, observed=observed, observed_predecessor=predecessor)
        found = replace(found, endpoints={name.casefold(): self.endpoint(name) for name in endpoints_needed(found)})
        gate = evidence_needed(found)
        evidence = self.evidence.get((gate, request.name.casefold())) if gate is not None else None
        return replace(found, evidence=evidence)


def read_live(
    requests: Iterable[Request],
    sagemaker: SageMaker,
    now: datetime,
    cloudwatch: Callable[[], CloudWatch] | None = None,
) -> Live:
    """Reads everything that these requests may depend on, except the experiments of other owners.

    ``cloudwatch``: ``None`` if no metrics are read. Raises a ``ServiceError`` if a read fails.
    """
    live = Live()
    for request in requests:
        situation = observe(request, Journal(), sagemaker, now)
        names = [request.declared.endpoint_name] if request.declared is not None else []
        for target in situation.targets:
            live = live.with_experiment(target.experiment)
            names.append(target.experiment.endpoint_name)
        read = {**live.endpoints, **situation.endpoints}
        # The next steps may look at an endpoint that the first one does not depend on.
        further = {name.casefold(): name for name in names if name.casefold() not in read}
        endpoints = {key: observe_endpoint(sagemaker, name) for key, name in further.items()}
        live = replace(live, endpoints={**read, **endpoints})
        gated = situation.target if cloudwatch is not None and request.declared is not None else None
        gate = gate_ahead(situation, gated) if gated is not None else None
        if cloudwatch is not None and gated is not None and gate is not None:
            evidence = read_evidence(gate, gated.experiment, cloudwatch(), now)
            live = replace(live, evidence={**live.evidence, (gate, request.name.casefold()): evidence})
    return live
