"""The last steps towards SUCCESS: live is as declared, and its tags say so."""

from inference_experiment_handler import arguments, fields, ownership
from inference_experiment_handler.charge import TAG
from inference_experiment_handler.declaration import Declaration
from inference_experiment_handler.event import Request
from inference_experiment_handler.observe import Sight
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Call, Done, Step

UNTAG = "DeleteTags"


def settle(request: Request, declaration: Declaration, sight: Sight, progress: Progress, why: str) -> Step:
    """Brings the tags up to date, then is done. Tags never touch the test, so they come last."""
    experiment = sight.experiment
    previous = request.previous
    surplus = [key for key in (previous.tags if previous else {}) if key not in declaration.tags and key in sight.tags]
    if surplus and not progress.made(UNTAG, experiment.name):
        untag = {"ResourceArn": experiment.arn, "TagKeys": surplus}
        return Call(UNTAG, experiment.name, untag, f"no longer declared: {', '.join(surplus)}")
    wanted = {
        **declaration.tags,
        **request.owner.tags,
        ownership.APPLIED: ownership.written(fields.applied_by(declaration)),
        **({ownership.REQUEST: request.token} if _may_have_a_rival(request, sight) else {}),
    }
    missing = {key: value for key, value in wanted.items() if sight.tags.get(key) != value}
    if missing and not progress.made(TAG, experiment.name):
        tag = {"ResourceArn": experiment.arn, "Tags": arguments.listed(missing)}
        return Call(TAG, experiment.name, tag, f"to be set: {', '.join(missing)}")
    return Done(why)


def _may_have_a_rival(request: Request, sight: Sight) -> bool:
    """Whether an older request may still be waiting to bring about what this one takes back.

    It may if what the stack had declared in between was never applied: then CloudFormation rolls it back.
    """
    previous = request.previous
    if previous is None:
        return False
    return request.replaces is not None or previous.applied not in (None, ownership.read(sight.tags))
