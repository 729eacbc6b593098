"""An experiment that was taken over (``AdoptExisting``) was there before, and outlives a rollback of the takeover."""

from inference_experiment_handler.model.operations import DELETE_TAGS
from inference_experiment_handler.model.steps import Call, Step
from inference_experiment_handler.model.tags import PREFIX
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation, Target


def release(situation: Situation, target: Target) -> Step | None:
    """The call by which a rollback lets go of an experiment; ``None`` once it has, or where nothing is to be let go of.

    A rollback deletes what the failed operation has brought, and nothing else. So an experiment that bears the tag of a
    takeover was taken over by that operation. It belongs to nobody then, and runs on as it is.
    """
    if not target.taken_over:
        return None
    rollback = stack.is_rollback(situation)
    if rollback is None:
        return stack.ask(situation, f"whether the takeover of {target.name} is rolled back")
    if not rollback or target.journal.is_completed(DELETE_TAGS, target.name):
        return None
    keys = [key for key in target.tags if key.startswith(PREFIX)]
    why = "its takeover is rolled back, and it was there before"
    return Call(DELETE_TAGS, target.name, {"ResourceArn": target.experiment.arn, "TagKeys": keys}, why)
