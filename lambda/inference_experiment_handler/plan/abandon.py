"""Removes what a request has created, if CloudFormation no longer waits for it."""

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.steps import Fail, Step
from inference_experiment_handler.model.tags import LAST_APPLIED, NOT_KNOWN
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.removal import remove
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.wording import GIVEN_UP
from inference_experiment_handler.spec.declaration import Removal


def abandon_create(situation: Situation) -> Step | None:
    """The next step to remove what was created; ``None`` if the stack still waits for it.

    A Delete that came during the creation may have found nothing, and no other Delete will come.
    """
    target, predecessor = situation.target, situation.predecessor
    created_at = situation.journal.perhaps_completed_at(CREATE, situation.request.name)
    if target is None or created_at is None:
        return None
    # If the tags were removed, they do not show whether the creation was completed.
    if (target.experiment.tags or {}).get(LAST_APPLIED, NOT_KNOWN) != NOT_KNOWN:
        return None
    superseded = predecessor is not None and predecessor.superseded
    given_up = superseded or stack.gave_up(situation, since=created_at)
    if given_up is None:
        return stack.ask(situation, "whether the stack still waits for the new experiment")
    if not given_up:
        return None
    if not superseded and stack.reverts_update(situation, since=created_at):
        part_of_stack = stack.has_resource(situation)
        if part_of_stack is None:
            return stack.ask_resource(situation, "whether the rollback removes the resource of the new experiment")
        if part_of_stack:
            # The Create was completed before, and Lambda runs it again. A Delete, if it comes, finds the experiment.
            return None
    return remove(situation, target, Removal(), because="abandoned with") or Fail(GIVEN_UP)
