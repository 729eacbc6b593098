"""The run that another one replaces: how it ends, and when."""

from datetime import timedelta

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.request import CLOCK_SKEW
from inference_experiment_handler.model.steps import Call, Fail, Purpose, Step, Wait
from inference_experiment_handler.model.tags import PENDING_STOP, VERIFIED
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.lease import acquire_lease_to_remove, record_intent
from inference_experiment_handler.plan.removal import end, remove
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.takeover import release, takeover_is_rolled_back
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import unhandled_status
from inference_experiment_handler.spec import names


def retire_predecessor(situation: Situation) -> Step | None:
    """The next step to free the place of the run that this one replaces; ``None`` if it is free."""
    request, predecessor = situation.request, situation.predecessor
    if predecessor is None or request.previous is None:
        return None
    experiment = predecessor.experiment
    orphan = _is_orphan(situation, predecessor)
    alive = situation.observed is not None and not situation.observed.ended
    # This request creates its own run only after it has proven that the other one left nothing on the endpoint.
    proven = situation.journal.perhaps_completed(CREATE, request.name) and on_the_same_endpoint(situation, predecessor)
    unverified_elsewhere = _is_unverified_elsewhere(situation, predecessor)
    if alive and experiment.ended and (proven or not orphan) and not unverified_elsewhere:
        return None
    if not predecessor.ours:
        if request.keeps_physical_id and predecessor.owner_may_not_show_yet:
            # The update that is rolled back may have just created it. No other request would delete it.
            return Wait(f"waiting for the tags of {experiment.name} to be visible")
        return None
    if takeover_is_rolled_back(situation, predecessor):
        return release(predecessor)
    if predecessor.superseded:
        return Fail(f"a newer request holds the lease of {experiment.name}; {request.name} is not changed")
    if orphan is None:
        return stack.ask(situation, f"whether the update that is rolled back has created {experiment.name}")
    lease = acquire_lease_to_remove(predecessor)
    if lease is not None and not experiment.ended and not experiment.running:
        return lease
    if orphan:
        return remove(situation, predecessor, request.previous.removal, because="replaced by")
    if not on_the_same_endpoint(situation, predecessor) and not unverified_elsewhere:
        return None
    step = end(situation, predecessor, request.previous.removal, reason=f"replaced by {request.name}")
    if step is None and predecessor.unverified:
        # From now on, the endpoint is as the new run deploys it.
        return _record_verification(predecessor)
    return step


def predecessor_problem(situation: Situation) -> str | None:
    """A problem if the run that this one replaces can't be ended, so that this one can't start."""
    predecessor = situation.predecessor
    if predecessor is None or not predecessor.ours or not on_the_same_endpoint(situation, predecessor):
        return None
    if not predecessor.experiment.unhandled or _is_orphan(situation, predecessor):
        return None
    return unhandled_status(predecessor.experiment)


def on_the_same_endpoint(situation: Situation, predecessor: Target) -> bool:
    return names.same(predecessor.experiment.endpoint_name, situation.declared.endpoint_name)


def _is_unverified_elsewhere(situation: Situation, predecessor: Target) -> bool:
    """Whether this request has stopped a run on another endpoint, and has not verified what the Stop left there."""
    if not predecessor.experiment.ended or on_the_same_endpoint(situation, predecessor):
        return False
    return predecessor.stopped_by_this_request and _record_verification(predecessor) is not None


def _record_verification(predecessor: Target) -> Call | None:
    """The call that records that its endpoint is verified; ``None`` if it is recorded, or can't be."""
    return record_intent(predecessor, Purpose.VERIFIED, {PENDING_STOP: VERIFIED})


def _is_orphan(situation: Situation, predecessor: Target) -> bool | None:
    """Whether a rollback finds the run that should have replaced the restored one. No other request would delete it.

    ``None`` if the stack's status must be read first.

    CloudFormation returns to the physical id that it knows, so it does not know the other run. A run that existed
    before, and was kept, was not left behind by a failed update.
    """
    if not situation.request.keeps_physical_id:
        return False
    if not predecessor.came_about:
        return True
    if predecessor.experiment.ended:
        return False
    created = predecessor.experiment.created
    if situation.observed is not None:
        before = situation.observed.created
        return created is not None and before is not None and created > before
    if on_the_same_endpoint(situation, predecessor):
        # The restored run had its place, so it did not exist before. The update deletes a run that has not started.
        return True
    if situation.journal.stack_at_first is None:
        return None
    began = situation.journal.stack_began()
    return created is not None and began is not None and created > began - timedelta(seconds=CLOCK_SKEW)
