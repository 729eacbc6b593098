"""The call of UpdateInferenceExperiment, and the next step if it has no visible effect."""

from inference_experiment_handler.model.operations import UPDATE
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan import arguments, diff
from inference_experiment_handler.plan.fields import Field
from inference_experiment_handler.plan.live_count import sent_with
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target


def update(situation: Situation, target: Target, differing: list[Field]) -> Step:
    """Sends each field once, and ``ModelVariants`` again for each instance count that the endpoint scales to.

    Fails if a field still differs then.
    """
    desired, experiment, journal = situation.desired, target.experiment, situation.journal
    scaled = sent_with(situation) not in journal.sent_fields
    again = [
        field
        for field in differing
        if field.name in journal.sent_fields and not (scaled and field.name == "ModelVariants")
    ]
    if again:
        words = diff.in_words(desired, experiment, again)
        if journal.may_not_show_yet(UPDATE, target.name, situation.now):
            return Wait(f"waiting for {UPDATE} to take effect: {words}")
        said = f"; SageMaker says: {experiment.status_reason}" if experiment.status_reason else ""
        return Fail(f"{UPDATE} was accepted but had no effect on {words}{said}")
    return Call(
        UPDATE,
        target.name,
        arguments.update(situation, target, differing),
        diff.in_words(desired, experiment, differing),
        fields=_sent(situation, differing),
    )


def _sent(situation: Situation, fields: list[Field]) -> tuple[str, ...]:
    names = tuple(field.name for field in fields)
    return (*names, sent_with(situation)) if "ModelVariants" in names else names
