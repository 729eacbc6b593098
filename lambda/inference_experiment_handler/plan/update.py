"""What an Update of SageMaker's sends, and what follows where it does not show."""

from inference_experiment_handler.model.operations import UPDATE
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan import arguments, diff
from inference_experiment_handler.plan.fields import Field
from inference_experiment_handler.plan.situation import Situation, Target


def update(situation: Situation, target: Target, differing: list[Field]) -> Step:
    """Each field is sent once: one that still differs then is reported."""
    desired, experiment, journal = situation.desired, target.experiment, situation.journal
    again = [field for field in differing if field.name in journal.sent_fields]
    if again:
        words = diff.in_words(desired, experiment, again)
        if journal.may_not_show_yet(UPDATE, target.name, situation.now):
            return Wait(f"waiting for {UPDATE} to show: {words}")
        said = f"; SageMaker says: {experiment.status_reason}" if experiment.status_reason else ""
        return Fail(f"{UPDATE} was accepted but did not bring about {words}{said}")
    return Call(
        UPDATE,
        target.name,
        arguments.update(situation, target, differing),
        diff.in_words(desired, experiment, differing),
        fields=tuple(field.name for field in differing),
    )
