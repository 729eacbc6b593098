"""Which differences from the desired state can't be resolved, and why. It is checked before any call."""

from collections.abc import Iterable

from inference_experiment_handler.model.operations import START
from inference_experiment_handler.plan import diff
from inference_experiment_handler.plan.endpoint import placement_matters, placement_problem
from inference_experiment_handler.plan.fields import Field
from inference_experiment_handler.plan.live_count import lacks_instances, live_count
from inference_experiment_handler.plan.schedule import start_now_problem, starts_now
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import way_out
from inference_experiment_handler.spec.declaration import Action


def infeasible_fields(situation: Situation, target: Target, differing: Iterable[Field]) -> dict[str, str]:
    """The reason for each of these fields that can't be changed to its desired value."""
    desired, experiment = situation.desired, target.experiment
    fixed = [field for field in differing if experiment.status not in field.changes_in]
    problems: dict[str, str] = {}
    if fixed:
        words = diff.in_words(desired, experiment, fixed)
        refusal = f"{words} can't change while {experiment.name} is {experiment.status}. {way_out(desired)}."
        problems = {field.name: refusal for field in fixed}
    for field in differing:
        problem = field.problem(desired, experiment, situation.now) if field.name not in problems else None
        if problem is not None:
            problems[field.name] = problem
    problems.update(_problems_before_start(situation, target))
    if experiment.running and lacks_instances(situation, target):
        shrinks = _shrinks_production(situation, target)
        problems.update({field.name: shrinks for field in differing if field.name not in problems})
    for field in differing:
        if field.goes_with in problems:
            problems.setdefault(field.name, problems[field.goes_with])
    return problems


def _shrinks_production(situation: Situation, target: Target) -> str:
    return (
        f"endpoint {target.experiment.endpoint_name} has scaled to {live_count(situation)} production instances, and "
        f"an update of {target.name} may reset them to the original number. Deploy again after the endpoint has "
        f"scaled in. Alternatively: {way_out(situation.desired)}."
    )


def _problems_before_start(situation: Situation, target: Target) -> dict[str, str]:
    desired = situation.desired
    conclusion = desired.conclusion if target.experiment.not_started else None
    if conclusion is not None and conclusion.shadow != Action.REMOVE:
        return {
            "ModelVariantActions": f"{target.name} has not started, so there is nothing to "
            f"{conclusion.shadow.lower()}: cancel it (remove the shadow variant), or let it run first."
        }
    # Once this request has started the test, it is too late, although SageMaker may not show the start yet.
    started = target.journal.perhaps_completed(START, target.name) or target.started_by_this_request
    if starts_now(desired, target.experiment, situation.now) and not started:
        problem = start_now_problem(desired.schedule, situation.now, live_end=target.experiment.end)
        if problem is not None:
            return {"Schedule.EndTime": f"{problem}."}
    endpoint_name = target.experiment.endpoint_name
    if target.experiment.not_started and conclusion is None and situation.endpoint(endpoint_name) is None:
        gone = (
            f"endpoint {endpoint_name} does not exist, so {target.name} can't start. Create the endpoint again, and "
            f"deploy again. Alternatively, declare another endpoint: {way_out(desired)}."
        )
        return {"EndpointName": gone}
    if placement_matters(situation, target):
        problem = placement_problem(situation, situation.endpoint(desired.endpoint_name))
        # Values that a test took from its endpoint can't be declared differently.
        how = f" {way_out(desired)}." if situation.declared.production.complete is None else ""
        return {"ModelVariants": f"{problem}.{how}"} if problem else {}
    return {}
