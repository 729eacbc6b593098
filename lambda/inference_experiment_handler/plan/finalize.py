"""The last steps towards SUCCESS: live is as declared, and its tags say so."""

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import Status
from inference_experiment_handler.model.operations import ADD_TAGS, DELETE_TAGS
from inference_experiment_handler.model.steps import Call, Done, Step
from inference_experiment_handler.observer import Sight
from inference_experiment_handler.plan import arguments, fields
from inference_experiment_handler.runtime.event import Request
from inference_experiment_handler.spec.declaration import Declaration


def settle(
    request: Request,
    declaration: Declaration,
    sight: Sight,
    progress: Progress,
    why: str,
    *,
    brought_about: bool = True,
) -> Step:
    """Brings the tags up to date, then is done. Tags never touch the test, so they come last.

    ``brought_about``: what is declared is live, rather than left as it is because a rollback has to get through.
    """
    experiment = sight.experiment
    previous = request.previous
    undeclared = [key for key in (previous.tags if previous else {}) if key not in declaration.tags]
    # What was announced and did not come about.
    if experiment.status == Status.CREATED:
        undeclared.append(ownership.STARTED)
    if not experiment.ended:
        undeclared.append(ownership.ENDING)
    proven = declaration.conclusion is not None and brought_about and sight.tags.get(ownership.ENDING)
    wanted = {
        **declaration.tags,
        **request.owner.tags,
        **({ownership.APPLIED: ownership.written(fields.applied_by(declaration))} if brought_about else {}),
        **_charge(request, sight),
        **({ownership.ENDING: ownership.PROVEN} if proven else {}),
    }
    own = request.owner.tags.items() <= sight.tags.items()
    surplus = [key for key in undeclared if key in sight.tags]
    untag = Call(
        DELETE_TAGS,
        experiment.name,
        {"ResourceArn": experiment.arn, "TagKeys": surplus},
        f"no longer declared: {', '.join(surplus)}",
    )
    # First, as there is room for 50. What is only being taken over has to bear its owner's tags before, for IAM.
    if own and surplus and not progress.made(DELETE_TAGS, experiment.name):
        return untag
    missing = {key: value for key, value in wanted.items() if sight.tags.get(key) != value}
    if missing and not progress.made(ADD_TAGS, experiment.name):
        tag = {"ResourceArn": experiment.arn, "Tags": arguments.listed(missing)}
        return Call(ADD_TAGS, experiment.name, tag, f"to be set: {', '.join(missing)}")
    if surplus and not progress.made(DELETE_TAGS, experiment.name):
        return untag
    return Done(why)


def _charge(request: Request, sight: Sight) -> dict[str, str]:
    """An older request may still be waiting to bring about what this one takes back, and has to be told.

    It may if what the stack had declared in between was never applied: then CloudFormation rolls it back.
    """
    if not request.owns(sight.experiment.name, sight.tags):
        # Taken over: a retry has to know that it was this request that did so.
        return {ownership.REQUEST: request.token}
    previous = request.previous
    if previous is None:
        return {}
    rival = request.replaces is not None or previous.applied not in (None, ownership.read(sight.tags))
    return {ownership.REQUEST: request.token} if rival else {}
