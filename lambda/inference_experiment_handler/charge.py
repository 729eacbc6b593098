"""Being in charge of an experiment: of two requests about one resource, the newer one's word counts.

CloudFormation can send a request while an older one still waits (a cancelled update is rolled back at once), and Lambda
can run an old one again. A request writes its token on the experiment as soon as it sees that it can't be done at once;
one that finds a newer token there, or another in the place of its own, ends and leaves the experiment alone.
"""

from inference_experiment_handler import arguments, ownership
from inference_experiment_handler.event import Request, issued_by
from inference_experiment_handler.observe import Sight
from inference_experiment_handler.operations import ADD_TAGS
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Call


def lost_charge(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether another request is in charge whose word counts more than this one's."""
    name = sight.experiment.name
    held = sight.tags.get(ownership.REQUEST)
    if held is None or held == request.token:
        return False
    if progress.in_charge(name):
        # Right after a claim the tags may still show whose it was before.
        return held != progress.claims.get(name)
    return issued_by(held) > issued_by(request.token)


def taking_charge(request: Request, sight: Sight, progress: Progress) -> Call | None:
    """The call by which this request takes charge; ``None`` once it has, or where tags can't be written."""
    name = sight.experiment.name
    if progress.in_charge(name) or sight.tags.get(ownership.REQUEST) == request.token:
        return None
    before = sight.tags.get(ownership.REQUEST, "")
    claim = {"ResourceArn": sight.experiment.arn, "Tags": arguments.listed({ownership.REQUEST: request.token})}
    return Call(ADD_TAGS, name, claim, "to be in charge first", takes_charge_from=before)
