"""What a request has created goes again where CloudFormation no longer waits for it."""

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.steps import Fail, Step
from inference_experiment_handler.model.tags import LAST_APPLIED, NOT_KNOWN
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.removal import remove
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.wording import GIVEN_UP
from inference_experiment_handler.spec.declaration import Removal


def abandon_create(situation: Situation) -> Step | None:
    """The next step of taking back what was created; ``None`` where it is still waited for.

    A Delete that came while it was being created may have found nothing, and no other will come.
    """
    target, predecessor = situation.target, situation.predecessor
    created_at = situation.journal.perhaps_completed_at(CREATE, situation.request.name)
    if target is None or created_at is None:
        return None
    # Tags that somebody has stripped say nothing of whether it came about.
    if (target.experiment.tags or {}).get(LAST_APPLIED, NOT_KNOWN) != NOT_KNOWN:
        return None
    superseded = predecessor is not None and predecessor.superseded
    given_up = superseded or stack.gave_up(situation, since=created_at)
    if given_up is None:
        return stack.ask(situation, "whether what was created is still waited for")
    if not given_up:
        return None
    return remove(situation, target, Removal(), because="given up with") or Fail(GIVEN_UP)
