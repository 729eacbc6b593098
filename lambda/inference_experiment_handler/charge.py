"""Being in charge of an experiment: of two requests about one resource, the newer one's word counts.

CloudFormation can send a request while an older one still waits (a cancelled update is rolled back at once). The newer
one writes its token on the experiment as soon as it sees that it can't be done at once; the older one finds it there
and ends.
"""

from inference_experiment_handler import arguments, ownership
from inference_experiment_handler.event import Request
from inference_experiment_handler.observe import Sight
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Call

TAG = "AddTags"


def lost_charge(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether another request has taken charge since this one had it."""
    name = sight.experiment.name
    held = sight.tags.get(ownership.REQUEST)
    if held is None or held == request.token:
        return False
    # Right after a claim the tags may still show whose it was before.
    return progress.in_charge(name) and held != progress.claims.get(name)


def taking_charge(request: Request, sight: Sight, progress: Progress) -> Call | None:
    """The call by which this request takes charge; ``None`` once it has."""
    name = sight.experiment.name
    if progress.in_charge(name) or sight.tags.get(ownership.REQUEST) == request.token:
        return None
    claim = {"ResourceArn": sight.experiment.arn, "Tags": arguments.listed({ownership.REQUEST: request.token})}
    before = sight.tags.get(ownership.REQUEST, "")
    return Call(TAG, name, claim, "to be in charge first", purpose="charge", takes_charge_from=before)
