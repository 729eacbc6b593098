"""An experiment that was taken over (``AdoptExisting``) was there before, and outlives a rollback of the takeover."""

from inference_experiment_handler.model.operations import ADD_TAGS, DELETE_TAGS
from inference_experiment_handler.model.steps import Call, Fail, Step
from inference_experiment_handler.model.tags import PREFIX
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation, Target
from inference_experiment_handler.plan.wording import GIVEN_UP


def takeover_is_rolled_back(situation: Situation, target: Target) -> bool | None:
    """Whether the request rolls the takeover of an experiment back; ``None`` where the stack has to be asked first.

    A rollback deletes what the failed operation has brought, and nothing else. So an experiment that bears the tag of a
    takeover was taken over by that operation.
    """
    return stack.is_rollback(situation) if target.taken_over else False


def confirm_takeover(situation: Situation, target: Target) -> Step | None:
    """The next step before a takeover is answered; ``None`` where nothing is left to do, or it is no takeover.

    A Delete that came right before the tags were written has found none, and let the experiment be: no other will come.
    """
    if not (target.being_taken_over or target.taken_over_by_request):
        return None
    tagged_at = situation.journal.perhaps_completed_at(ADD_TAGS, target.name)
    # A request that finds its takeover complete is running once more. A later update may have been rolled back since,
    # so that only the end of the stack tells that a Delete has not seen the tags.
    given_up = stack.is_gone(situation) if tagged_at is None else stack.gave_up(situation, since=tagged_at)
    if given_up is None:
        return stack.ask(situation, "whether what was taken over is still waited for")
    if not isinstance(given_up, bool):
        return given_up
    if not given_up:
        return None
    # Without the tag of this request, somebody has let go of it already, and others may have taken it over.
    return (release(target) if target.taken_over_by_request else None) or Fail(GIVEN_UP)


def release(target: Target) -> Call | None:
    """The call that lets go of an experiment; ``None`` once it is made. It belongs to nobody then, and goes on."""
    if target.journal.is_completed(DELETE_TAGS, target.name):
        return None
    keys = [key for key in target.tags if key.startswith(PREFIX)]
    why = "its takeover is not kept, and it was there before"
    return Call(DELETE_TAGS, target.name, {"ResourceArn": target.experiment.arn, "TagKeys": keys}, why, takes_back=True)
