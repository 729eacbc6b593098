"""What has to be observed before a step can be planned."""

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.plan.endpoint import placement_matters
from inference_experiment_handler.plan.situation import Situation


def tags_needed(situation: Situation, name: str, experiment: ObservedExperiment) -> bool:
    """Whether anything is decided by an experiment's tags. In the middle of a wait for one of our own nothing is.

    ``name``: the one that was asked for. SageMaker may report it in other letters.
    """
    request = situation.request
    if name == request.replaces:
        # Whether it ever came about decides what becomes of it, even while it is in transition.
        return True
    if request.declared is not None and not request.declared.waits_until_running:
        # Its tags tell what a test that starts lacks yet, where it is not waited for until it runs.
        return True
    return not (experiment.in_transition and situation.journal.holds_lease(name))


def endpoints_needed(situation: Situation) -> frozenset[str]:
    """The endpoints by which the next step is decided, by their names as declared, or else as SageMaker reports them.

    Each once: two names that differ only in case are one endpoint.
    """
    names = [
        target.experiment.endpoint_name
        for target in situation.targets
        # Before a test is updated or ended, its endpoint is looked at: others may have changed it.
        if target.experiment.at_rest or target.unverified
    ]
    if situation.request.declared is not None:
        target, desired = situation.target, situation.request.declared
        if target is None or placement_matters(situation, target):
            names.append(desired.endpoint_name)
        elif target.experiment.ended and target.conclusion_pending:
            names.append(target.experiment.endpoint_name)
    return frozenset({name.casefold(): name for name in names}.values())
