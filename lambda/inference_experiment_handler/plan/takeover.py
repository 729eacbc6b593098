"""An experiment that was taken over (``AdoptExisting``) was there before, and outlives a rollback of the takeover."""

from inference_experiment_handler.model.operations import DELETE_TAGS
from inference_experiment_handler.model.steps import Call
from inference_experiment_handler.model.tags import PREFIX
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation, Target


def takeover_is_rolled_back(situation: Situation, target: Target) -> bool | None:
    """Whether the request rolls the takeover of an experiment back; ``None`` where the stack has to be asked first.

    A rollback deletes what the failed operation has brought, and nothing else. So an experiment that bears the tag of a
    takeover was taken over by that operation.
    """
    return stack.is_rollback(situation) if target.taken_over else False


def release(target: Target) -> Call | None:
    """The call that lets go of an experiment; ``None`` once it is made. It belongs to nobody then, and goes on."""
    if target.journal.is_completed(DELETE_TAGS, target.name):
        return None
    keys = [key for key in target.tags if key.startswith(PREFIX)]
    why = "its takeover is rolled back, and it was there before"
    return Call(DELETE_TAGS, target.name, {"ResourceArn": target.experiment.arn, "TagKeys": keys}, why)
