"""What must be observed before a step can be planned."""

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.plan.endpoint import placement_matters, still_updating
from inference_experiment_handler.plan.gate import gate_ahead, is_to_be_judged
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.spec.gate import Gate


def tags_needed(situation: Situation, name: str, experiment: ObservedExperiment) -> bool:
    """Whether a decision depends on an experiment's tags. During a wait for an owned experiment, none does.

    ``name``: the requested name. SageMaker may report it in a different case.
    """
    request = situation.request
    if name == request.replaces:
        # The tags show whether it was completely created, which decides how it ends, even while it is in transition.
        return True
    if request.declared is not None and not request.declared.waits_until_running:
        # If the deployment does not wait until the test runs, the tags show what is still missing.
        return True
    return not (experiment.in_transition and situation.journal.holds_lease(name))


def alarms_needed(situation: Situation) -> tuple[str, ...]:
    """The names of a guardrail's alarms, as long as one of them may end the test."""
    experiment = situation.observed
    if experiment is None or experiment.ended or experiment.not_started or experiment.status == Status.STOPPING:
        return ()
    return tuple(alarm.name for alarm in situation.request.alarms)


def endpoints_needed(situation: Situation) -> frozenset[str]:
    """The endpoints that the next step depends on, by their names as declared, or otherwise as SageMaker reports them.

    Each only once: two names that differ only in case are one endpoint.
    """
    names = [
        target.experiment.endpoint_name
        for target in situation.targets
        # Before a test is updated or ended, its endpoint is checked, because others may have changed it.
        if target.experiment.at_rest or target.unverified
    ]
    if situation.request.declared is not None:
        target, desired = situation.target, situation.request.declared
        if target is None or placement_matters(situation, target):
            names.append(desired.endpoint_name)
        elif target.experiment.ended and target.conclusion_pending:
            names.append(target.experiment.endpoint_name)
    return frozenset({name.casefold(): name for name in names}.values())


def evidence_needed(situation: Situation) -> Gate | None:
    """The gate by which a promotion must be judged now; ``None`` if the next step does not depend on metrics."""
    target = situation.target
    if situation.request.declared is None or target is None or target.superseded:
        return None
    if not target.ours and not situation.declared.adopt_existing:
        return None
    gate = gate_ahead(situation, target)
    if gate is None or not is_to_be_judged(situation, target):
        return None
    # While the endpoint is updated, the request waits. A verdict would be outdated when the wait is over.
    return gate if still_updating(situation.endpoint(target.experiment.endpoint_name)) is None else None
