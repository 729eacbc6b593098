"""Creates or updates the experiment as desired: a Create or an Update."""

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.steps import Call, Fail, Infeasible, Step, Wait
from inference_experiment_handler.plan.abandon import abandon_create
from inference_experiment_handler.plan.absent import plan_absent
from inference_experiment_handler.plan.awaited import while_awaited
from inference_experiment_handler.plan.existing import plan_existing
from inference_experiment_handler.plan.lease import acquire_lease_to_remove
from inference_experiment_handler.plan.predecessor import predecessor_problem, retire_predecessor
from inference_experiment_handler.plan.situation import Situation


def plan_present(situation: Situation) -> Step | Infeasible:
    """The step of a Create or an Update. An infeasible declaration fails before anything is changed."""
    abandoned = abandon_create(situation)
    if abandoned is not None:
        return abandoned
    step = _plan_present(situation)
    return while_awaited(situation, step) if isinstance(step, Call) else step


def _plan_present(situation: Situation) -> Step | Infeasible:
    target = situation.target
    step = plan_absent(situation) if target is None else plan_existing(situation, target)
    if isinstance(step, Fail):
        return step
    if isinstance(step, Infeasible):
        return _infeasible(situation, step) if situation.request.keeps_physical_id else step
    problem = predecessor_problem(situation)
    if problem is not None and situation.journal.perhaps_completed(CREATE, situation.request.name):
        # This run had a place. CloudFormation deletes the other run when this one is complete.
        return step
    if problem is not None:
        # CloudFormation deletes that run itself when its rollback is complete.
        return Infeasible(problem, in_rollback=lambda: step)
    retirement = retire_predecessor(situation)
    predecessor = situation.predecessor
    if retirement is None or predecessor is None:
        return step
    if not isinstance(step, Wait):
        return retirement
    if predecessor.superseded:
        # What it has just created must be visible first, so that it can be abandoned.
        created = target is None and situation.journal.perhaps_completed(CREATE, situation.request.name)
        return step if created else retirement
    if step.leaves_untouched:
        return step
    # It is not known yet whether this is feasible, but an older request that still waits must be superseded now. If the
    # tags can't be written, the request goes on without the lease, because that run is removed anyway.
    lease = acquire_lease_to_remove(predecessor) if not predecessor.experiment.ended else None
    return lease or step


def _infeasible(situation: Situation, step: Infeasible) -> Infeasible:
    """A rollback leaves its own run unchanged, but not the run that should have replaced it."""
    return Infeasible(step.reason, in_rollback=lambda: retire_predecessor(situation) or step.in_rollback())
