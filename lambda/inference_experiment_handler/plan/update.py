"""What an Update may change, what it sends, and what is refused."""

from collections.abc import Iterable

from inference_experiment_handler.model.operations import UPDATE
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.plan import arguments, diff
from inference_experiment_handler.plan.endpoint import placement_matters, placement_problem
from inference_experiment_handler.plan.fields import Field
from inference_experiment_handler.plan.situation import Situation, Target
from inference_experiment_handler.plan.wording import way_out


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


def infeasible_fields(situation: Situation, target: Target, differing: Iterable[Field]) -> dict[str, str]:
    """The fields that can't be brought about, and why; checked before anything is called."""
    desired, experiment = situation.desired, target.experiment
    fixed = [field for field in differing if experiment.status not in field.changes_in]
    problems: dict[str, str] = {}
    if fixed:
        words = diff.in_words(desired, experiment, fixed)
        now = f"{words} can't change while {experiment.name} is {experiment.status}. {way_out(desired)}."
        problems = {field.name: now for field in fixed}
    for field in differing:
        problem = field.problem(desired, experiment, situation.now) if field.name not in problems else None
        if problem is not None:
            problems[field.name] = problem
    problems.update(_problems_before_start(situation, target))
    for field in differing:
        if field.goes_with in problems:
            problems.setdefault(field.name, problems[field.goes_with])
    return problems


def _problems_before_start(situation: Situation, target: Target) -> dict[str, str]:
    desired = situation.desired
    conclusion = desired.conclusion if target.experiment.not_started else None
    if conclusion is not None and conclusion.shadow != "Remove":
        return {
            "ModelVariantActions": f"{target.name} has not started, so there is nothing to "
            f"{conclusion.shadow.lower()}: call it off (remove the shadow variant), or let it run first."
        }
    if placement_matters(situation, target):
        problem = placement_problem(desired, situation.endpoint(desired.endpoint_name))
        return {"ModelVariants": f"{problem}."} if problem else {}
    return {}
