"""The context of every decision: the request, what is observed, and what the request has done so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.judgement import Judgement
from inference_experiment_handler.evidence.judging import judge
from inference_experiment_handler.model.alarm import ObservedAlarm
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.plan.resolution import resolve_by_endpoint, resolve_by_test
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.declaration import Declaration, Desired


@dataclass(frozen=True)
class Situation:
    """The input for planning the next step. Endpoints are observed if they are needed (see ``needs``).

    Attributes:
        observed: The request's own experiment; ``None`` if none has its name.
        observed_predecessor: The run that it replaces.
        endpoints: By their names in lower case; ``None`` if there is no such endpoint.
        served: What production will serve when the experiment is created.
        evidence: What CloudWatch has measured, if it is needed.
        alarms: A guardrail's alarms, by their ARNs, if they were read. One that does not exist is missing.
    """

    request: Request
    journal: Journal
    now: datetime
    observed: ObservedExperiment | None = None
    observed_predecessor: ObservedExperiment | None = None
    endpoints: Mapping[str, ObservedEndpoint | None] = field(default_factory=dict)
    served: ServedVariant | None = None
    evidence: Evidence | None = None
    alarms: Mapping[str, ObservedAlarm] = field(default_factory=dict)

    @property
    def declared(self) -> Declaration:
        """Raises a ``LookupError`` on Delete, which has no declaration."""
        if self.request.declared is None:
            raise LookupError("a Delete has no declaration")
        return self.request.declared

    @cached_property
    def desired(self) -> Desired:
        """The declaration, with open values from the test, or from ``served`` if there is no test.

        Raises a ``LookupError`` if neither is known, and on Delete.
        """
        if self.observed is not None:
            return resolve_by_test(self.declared, self.observed)
        desired = resolve_by_endpoint(self.declared, self.served)
        if desired is None:
            raise LookupError("what production serves is not known")
        return desired

    @cached_property
    def judgement(self) -> Judgement | None:
        """What the evidence says of ``PromoteIf``; ``None`` if it was not read."""
        if self.evidence is None or self.observed is None or self.declared.promote_if is None:
            return None
        return judge(self.declared.promote_if, self.observed, self.evidence)

    @cached_property
    def target(self) -> Target | None:
        return self._target(self.observed)

    @cached_property
    def predecessor(self) -> Target | None:
        return self._target(self.observed_predecessor)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The existing ones of the two, the request's own first."""
        return tuple(target for target in (self.target, self.predecessor) if target is not None)

    def endpoint(self, name: str) -> ObservedEndpoint | None:
        """``None`` if there is no such endpoint.

        Raises a ``KeyError`` if it was not observed: ``needs.endpoints_needed`` must include what a planner uses.
        """
        return self.endpoints[name.casefold()]

    def _target(self, observed: ObservedExperiment | None) -> Target | None:
        return Target(self.request, self.journal, self.now, observed) if observed else None
