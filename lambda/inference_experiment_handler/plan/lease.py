"""The lease of an experiment: of two requests about one resource, the newer one's word counts.

CloudFormation can send a request while an older one still waits (a cancelled update is rolled back at once), and Lambda
can run an old one again. A request writes its fencing token on the experiment; one that finds a newer token there, or
finds its own replaced, is superseded: it ends, and leaves the experiment alone.

When the lease is acquired:

- of an experiment that is in transition: at once, as the request has to wait;
- of one that is at rest: before the request waits, or before the first call that changes it, as part of an intent
  where one is recorded;
- of the run that this one replaces: as soon as the request waits for anything, so that an older request ends;
- of one that is being taken over: last, together with the owner's tags. Until then it is not ours to clean up.
"""

from collections.abc import Mapping
from dataclasses import replace

from inference_experiment_handler.model.operations import ADD_TAGS, CREATE, NEED_OWNER_TAGS
from inference_experiment_handler.model.steps import Call, Purpose, Step
from inference_experiment_handler.model.tags import LAST_APPLIED, LEASE, NOT_KNOWN
from inference_experiment_handler.plan import arguments
from inference_experiment_handler.plan.situation import Situation, Target


def acquire_lease(target: Target) -> Call | None:
    """The call by which this request acquires the lease; ``None`` once it has."""
    if target.leased or target.lease_observed:
        return None
    return _write(target, {}, Purpose.LEASE, why="to acquire the lease")


def acquire_lease_to_remove(target: Target) -> Call | None:
    """The same for an experiment that is to go: it goes even where tags can't be written any more."""
    lease = acquire_lease(target)
    if lease is None or target.journal.in_conflict_for_good(lease, target.now):
        return None
    return replace(lease, tentative=True)


def record_intent(target: Target, purpose: str, tags: Mapping[str, str], *, again: bool = False) -> Call | None:
    """The call that writes down what is about to be done, or is verified; ``None`` once it is written, or can't be.

    So that whoever comes later knows, even if this request's journal is lost. It acquires the lease, too.
    ``again``: even if the request has written it before, as it has written something else since.
    """
    name = Purpose(purpose.partition(" ")[0]).name.lower()
    call = replace(_write(target, tags, purpose, why=f"to record first: {name}"), tentative=True)
    written = tags.items() <= target.tags.items() or (not again and call.key in target.journal.completed)
    return None if written or target.journal.in_conflict_for_good(call, target.now) else call


def restore_owner_tags(situation: Situation, step: Step) -> Call | None:
    """The call that puts back the owner's tags before one that IAM allows upon tagged experiments alone.

    Somebody may have stripped them. What was applied last is not known any more then, but that something was is.
    """
    if not isinstance(step, Call) or step.operation not in NEED_OWNER_TAGS:
        return None
    target = next(each for each in situation.targets if each.name == step.subject)
    # The lease is not enough: a test that is being taken over is not its owner's until all is well.
    own = target.journal.is_completed(CREATE, target.name) or target.owned
    if target.bears_owner_tags or not own or target.owner_may_not_show_yet:
        return None
    # What no request has brought about must not seem to have been.
    applied = {LAST_APPLIED: NOT_KNOWN} if target.came_about else {}
    call = Call(
        ADD_TAGS,
        target.name,
        arguments.add_tags(target.experiment, {**situation.request.owner.tags, **applied}),
        "its owner's tags are gone",
        purpose=Purpose.OWNER,
        tentative=True,
    )
    journal = target.journal
    return None if call.key in journal.completed or journal.in_conflict_for_good(call, target.now) else call


def _write(target: Target, tags: Mapping[str, str], purpose: str, *, why: str) -> Call:
    held_before = None if target.leased else target.lease_holder or ""
    return Call(
        ADD_TAGS,
        target.name,
        arguments.add_tags(target.experiment, {LEASE: target.request.token, **tags}),
        why,
        purpose=purpose,
        takes_lease_from=held_before,
    )
