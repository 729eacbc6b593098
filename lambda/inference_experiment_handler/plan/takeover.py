"""An experiment that was taken over (``AdoptExisting``) existed before, so a rollback must not delete it."""

from inference_experiment_handler.model.operations import ADD_TAGS, DELETE_TAGS
from inference_experiment_handler.model.steps import Call, Fail, Purpose, Step
from inference_experiment_handler.model.tags import PREFIX
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import GIVEN_UP


def takeover_is_rolled_back(situation: Situation, target: Target) -> bool | None:
    """Whether the request rolls back the takeover of an experiment; ``None`` if the stack's status must be read first.

    A rollback only deletes what the failed operation created. So an experiment with the tag of a takeover was taken
    over by that operation.
    """
    return stack.is_rollback(situation) if target.taken_over else False


def confirm_takeover(situation: Situation, target: Target) -> Step | None:
    """The next step before the response to a takeover; ``None`` if there is nothing to do, or it is not a takeover.

    A Delete that came right before the tags were written found none, and left the experiment unchanged. No other Delete
    will come.
    """
    if not (target.being_taken_over or target.taken_over_by_request):
        return None
    tagged_at = situation.journal.perhaps_completed_at(ADD_TAGS, target.name)
    # A request that finds its takeover complete is running again. A later update may have been rolled back since, so
    # only the deletion of the stack or of the resource shows that a Delete did not see the tags.
    given_up = _resource_is_gone(situation) if tagged_at is None else stack.gave_up(situation, since=tagged_at)
    if given_up is None:
        return stack.ask(situation, "whether the stack still waits for the takeover")
    if not isinstance(given_up, bool):
        return given_up
    if not given_up:
        return None
    # Without the tag of this request, it was already released, and others may have taken it over.
    return (release(target) if target.taken_over_by_request else None) or Fail(GIVEN_UP)


def _resource_is_gone(situation: Situation) -> Step | bool:
    """Whether the stack, or the rollback of an update, has deleted the resource; a step if that is not known yet."""
    stack_is_gone = stack.is_gone(situation)
    if stack_is_gone is False and stack.reverts_update(situation, since=situation.now - stack.FRESH):
        return stack.has_deleted_resource(situation)
    return stack_is_gone


def release(target: Target) -> Call | None:
    """The call that releases an experiment; ``None`` if it was made. The experiment then continues without an owner."""
    if (DELETE_TAGS, target.name, Purpose.RELEASE) in target.journal.completed:
        return None
    keys = [key for key in target.tags if key.startswith(PREFIX)]
    why = "its takeover is rolled back, and it existed before"
    untag = {"ResourceArn": target.experiment.arn, "TagKeys": keys}
    return Call(DELETE_TAGS, target.name, untag, why, purpose=Purpose.RELEASE, takes_back=True)
