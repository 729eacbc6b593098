"""The last steps before SUCCESS: the live state is as desired, and its tags show that."""

from inference_experiment_handler.model.journal import CONSISTENCY_WINDOW
from inference_experiment_handler.model.operations import ADD_TAGS, DELETE_TAGS, START
from inference_experiment_handler.model.request import RequestType
from inference_experiment_handler.model.steps import Call, Done, Step, Wait
from inference_experiment_handler.model.tags import ADOPTED, LAST_APPLIED, LEASE, PENDING_STOP, STARTED, VERIFIED
from inference_experiment_handler.plan import arguments, last_applied
from inference_experiment_handler.plan.displaced import displaced
from inference_experiment_handler.plan.endpoint import still_updating
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.takeover import confirm_takeover
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.text import iso_instant


def finalize(situation: Situation, target: Target, why: str, *, in_full: bool = True) -> Step:
    """Updates the tags, and is then done. Tags never affect the test, so they come last.

    ``in_full``: everything that is desired is live, and not only what a rollback can restore.
    """
    desired_tags = _desired_tags(situation, target, in_full=in_full)
    surplus = [key for key in _obsolete_tags(situation, target) if key in target.tags]
    missing = {key: value for key, value in desired_tags.items() if target.tags.get(key) != value}
    untagged = target.journal.is_completed(DELETE_TAGS, target.name)
    untag = Call(
        DELETE_TAGS,
        target.name,
        {"ResourceArn": target.experiment.arn, "TagKeys": surplus},
        f"no longer declared: {', '.join(surplus)}",
    )
    # First, because the limit is 50 tags. A test that is being taken over needs its owner's tags before, for IAM.
    if target.bears_owner_tags and surplus and not untagged:
        return untag
    if missing and not target.journal.is_completed(ADD_TAGS, target.name):
        if _would_show_too_late(target):
            return Wait("not taken over, because its new tags might not be visible before the deadline; deploy again")
        tag = arguments.add_tags(target.experiment, missing)
        return Call(ADD_TAGS, target.name, tag, f"to be set: {', '.join(missing)}")
    if surplus and not untagged:
        return untag
    return confirm_takeover(situation, target) or Done(why)


def _would_show_too_late(target: Target) -> bool:
    """Whether the tags of a takeover may be visible only after this request has failed.

    The Delete that then follows would not see that the test was taken over, and would leave the tags on it. A rollback
    does not take over what did not belong to the stack. With a short ``ServiceTimeout``, a takeover would hardly be
    possible otherwise.
    """
    request = target.request
    takes_over = target.being_taken_over and (request.type is RequestType.CREATE or request.replaces_forward)
    has_time = request.deadline - request.issued >= 2 * CONSISTENCY_WINDOW
    return takes_over and has_time and request.deadline - target.now < CONSISTENCY_WINDOW


def _desired_tags(situation: Situation, target: Target, *, in_full: bool) -> dict[str, str]:
    desired = situation.desired
    tags = {**desired.tags, **situation.request.owner.tags}
    if in_full:
        tags[LAST_APPLIED] = last_applied.to_tag(last_applied.digests_of(desired))
    elif _tags_are_settled(target):
        tags |= target.tag_that_it_came_about
    if _lease_is_to_be_held(target):
        tags[LEASE] = situation.request.token
    if target.being_taken_over:
        tags[ADOPTED] = situation.request.token
        started = target.journal.completed_at(START, target.name)
        if started is not None:
            tags[STARTED] = iso_instant(started)
    if in_full and desired.conclusion is not None and target.tags.get(PENDING_STOP):
        tags[PENDING_STOP] = VERIFIED
    return tags


def _tags_are_settled(target: Target) -> bool:
    """Whether what the tags do not show was removed, and is not only visible later.

    This is a guess. The tags of a new test may be visible only soon. So may those of an ended test, and they say
    whether it was promoted. If the tags that an update has just written to a running test are not visible yet, they are
    overwritten, and the next update may be refused.
    """
    return not target.owner_may_not_show_yet and not target.experiment.ended


def _obsolete_tags(situation: Situation, target: Target) -> list[str]:
    """The tags that are no longer declared, and those of intents that were not carried out."""
    previous = situation.request.previous
    obsolete = [key for key in (previous.tags if previous else {}) if key not in situation.desired.tags]
    if target.experiment.not_started:
        obsolete.append(STARTED)
    if not target.experiment.ended and not _may_be_stopping(situation, target):
        obsolete.append(PENDING_STOP)
    return obsolete


def _may_be_stopping(situation: Situation, target: Target) -> bool:
    """Whether the endpoint changes, or has changed, perhaps because of the Stop that an earlier request intended.

    SageMaker may still show the test as Running. If the intent were removed, no later Delete would verify the Stop.
    """
    if PENDING_STOP not in target.tags or not target.experiment.running:
        return False
    endpoint = situation.endpoint(target.experiment.endpoint_name)
    return still_updating(endpoint) is not None or displaced(target.experiment, endpoint) is not None


def _lease_is_to_be_held(target: Target) -> bool:
    """Whether the lease must be on the tags although the request does not wait.

    An older request may still be waiting to apply what this one reverts, and must detect that. This is possible if the
    declaration between them was never applied: CloudFormation then rolls it back.
    """
    if not target.owned:
        # A retry must know that this request took it over.
        return True
    previous = target.request.previous
    if previous is None:
        return False
    if target.request.replaces is not None:
        return True
    return target.previous is not None and target.previous != target.last_applied
