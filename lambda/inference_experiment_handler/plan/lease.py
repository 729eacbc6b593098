"""The lease of an experiment: of two requests for one resource, the newer one takes precedence.

CloudFormation can send a request while an older one still waits (it rolls back a cancelled update immediately), and
Lambda can run an old one again. A request writes its fencing token on the experiment. A request that finds a newer
token there, or that its own was replaced, is superseded: it ends, and does not change the experiment.

When the lease is acquired:

- of an experiment that is in transition: immediately, because the request must wait;
- of one that is at rest: before the request waits, or before the first call that changes it, as part of an intent if
  one is recorded. A request that waits to see whether CloudFormation still waits for it has not acquired the lease;
- of the run that this one replaces: when the request first waits, so that an older request ends;
- of one that is being taken over: last, together with the owner's tags. Until then, the handler must not remove it.
"""

from collections.abc import Mapping
from dataclasses import replace

from inference_experiment_handler.model.operations import ADD_TAGS, CREATE, NEED_OWNER_TAGS
from inference_experiment_handler.model.steps import Call, Purpose, Step
from inference_experiment_handler.model.tags import LEASE
from inference_experiment_handler.plan import arguments
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target


def acquire_lease(target: Target) -> Call | None:
    """The call with which this request acquires the lease; ``None`` if it has done so."""
    if target.leased or target.lease_observed:
        return None
    return _write(target, {}, Purpose.LEASE, why="to acquire the lease")


def acquire_lease_to_remove(target: Target) -> Call | None:
    """The same for an experiment that will be removed, even if its tags can't be written any more."""
    lease = acquire_lease(target)
    if lease is None or target.journal.in_conflict_for_good(lease, target.now):
        return None
    return replace(lease, tentative=True)


def record_intent(target: Target, purpose: str, tags: Mapping[str, str], *, again: bool = False) -> Call | None:
    """The call that records an intent, or a verification; ``None`` if it is recorded, or can't be.

    Later requests then know of it, even if this request's journal is lost. It also acquires the lease.
    ``again``: the call even if the tags or the journal show that it is recorded. Something else may have been recorded
    since, and may not be visible yet.
    """
    name = Purpose(purpose.partition(" ")[0]).name.lower()
    call = replace(_write(target, tags, purpose, why=f"to record first: {name}"), tentative=True)
    written = tags.items() <= target.tags.items() or call.key in target.journal.completed
    return None if (written and not again) or target.journal.in_conflict_for_good(call, target.now) else call


def restore_owner_tags(situation: Situation, step: Step) -> Call | None:
    """The call that restores the owner's tags before a call that IAM only allows on tagged experiments.

    Others may have removed them. It is then not known what was applied last, but only that something was applied.
    """
    if not isinstance(step, Call) or step.operation not in NEED_OWNER_TAGS:
        return None
    target = next(each for each in situation.targets if each.name == step.subject)
    # The lease is not enough: a test that is being taken over gets its owner last.
    own = target.journal.is_completed(CREATE, target.name) or target.owned
    if target.bears_owner_tags or not own or target.owner_may_not_show_yet:
        return None
    call = Call(
        ADD_TAGS,
        target.name,
        arguments.add_tags(target.experiment, {**situation.request.owner.tags, **target.tag_that_it_came_about}),
        "its owner's tags are missing",
        purpose=Purpose.OWNER,
        tentative=True,
    )
    journal = target.journal
    return None if call.key in journal.completed or journal.in_conflict_for_good(call, target.now) else call


def _write(target: Target, tags: Mapping[str, str], purpose: str, *, why: str) -> Call:
    lease = target.lease.acquired_by(target.request.token)
    return Call(
        ADD_TAGS,
        target.name,
        arguments.add_tags(target.experiment, {LEASE: lease.on_tag, **tags}),
        why,
        purpose=purpose,
        takes_lease_from=None if target.leased else target.lease.fence,
    )
