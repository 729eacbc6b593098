"""The plans of all stacks of a deployment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inference_experiment_handler.spec import names
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.nested_stacks import nested_stacks
from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.changes import Untold, changes_of
from shadowtest.planning.looking import Look, look_at
from shadowtest.planning.made_up import without_made_up
from shadowtest.planning.neighbours import read_ahead
from shadowtest.planning.offline import told_offline
from shadowtest.planning.same_name import with_one_owner_each
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.stack_status import status_note
from shadowtest.planning.surroundings import Surroundings
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.values.stack import Place

_OPEN = (Kind.REFUSED, Kind.UNKNOWN)
_AFTER_OPEN = "the old stack must be deleted first, and it is not known whether this succeeds"


@dataclass(frozen=True)
class Planned:
    """``errors``: what could not be read, one line each. If nothing could be read, there is no plan."""

    plans: list[StackPlan]
    errors: list[str]


def plan_offline(stacks: Sequence[StackToDeploy]) -> Planned:
    """Plans without reading from AWS."""
    plans = []
    for stack in stacks:
        changes = changes_of(stack, None, Place(None, stack.region, stack.account, stack.name), None)
        resources = tuple(
            ResourcePlan(each.logical_id, told_offline(each) if isinstance(each, Change) else (_untold(each),))
            for each in changes
        )
        plans.append(StackPlan(stack.name, stack.region or "", resources, _notes(stack)))
    return Planned(plans, [])


def plan_stacks(stacks: Sequence[StackToDeploy], aws: Aws) -> Planned:
    """Reads all stacks in parallel, as far as AWS's limits allow."""
    looks = look_at(stacks, aws)
    failures = [each for each in looks if isinstance(each, Failure)]
    errors = failures_in_words(failures, len(stacks))
    if stacks and len(failures) == len(stacks):
        return Planned([], errors)
    found = [each for each in looks if isinstance(each, Look)]
    clients = {look.aws.region: ReadOnce(look.aws.client("sagemaker")) for look in found}
    todo = [(look, change) for look in found for change in look.changes]
    for region, where in {look.aws.region: look.aws for look, change in todo if _may_create(change)}.items():
        read_ahead(where, clients[region])
    # After the reads, because the time is that of a response.
    now = aws.now()
    told = attempt_each(
        aws,
        lambda each: _told(*each, found, clients[each[0].aws.region], now),
        todo,
        named=lambda each: f"{each[1].logical_id} of stack {each[0].stack.name}",
        region=lambda each: each[0].aws.region,
    )
    errors += failures_in_words((each for each in told if isinstance(each, Failure)), len(todo))
    plans = []
    for stack, look in zip(stacks, looks, strict=True):
        if isinstance(look, Failure):
            note = f"The stack is not planned, because it can't be read: {look.why}"
            plans.append(StackPlan(stack.name, stack.region or aws.region, (), (note,)))
            continue
        resources = _by_logical_id(
            _unread(change, plan) if isinstance(plan, Failure) else plan
            for (of, change), plan in zip(todo, told, strict=True)
            if of is look
        )
        plans.append(StackPlan(stack.name, look.aws.region, resources, _notes(stack, look.status)))
    return Planned(with_one_owner_each(plans), errors)


def _around(look: Look, change: Change, looks: Sequence[Look]) -> Surroundings:
    elsewhere = [each for each in looks if each is not look and each.aws.region == look.aws.region]
    others = [endpoint for each in elsewhere for endpoint in (*each.old_endpoints, *each.endpoints)]
    if look.old is not None and change.stack_id == look.old.stack_id:
        return Surroundings(look.old_endpoints, others)
    # The old stack is deleted first, with its endpoints. The new one may create them again.
    gone = [old for old in look.old_endpoints if not any(new.is_of(old.name) for new in look.endpoints)]
    return Surroundings(look.endpoints, [*others, *gone])


def _told(look: Look, change: Change | Untold, looks: Sequence[Look], sagemaker: Any, now: datetime) -> ResourcePlan:
    if not isinstance(change, Change):
        return ResourcePlan(change.logical_id, (_untold(change),))
    *removed, verdicts = (
        verdicts_of(each, sagemaker, now, _around(look, each, looks), lambda: look.aws.client("cloudwatch"))
        for each in (*change.after, change)
    )
    if any(each.kind in _OPEN for removal in removed for each in removal):
        return ResourcePlan(change.logical_id, (Verdict(Kind.UNKNOWN, reason=_AFTER_OPEN),))
    return ResourcePlan(change.logical_id, without_made_up(change, verdicts))


def _by_logical_id(resources: Iterable[ResourcePlan]) -> tuple[ResourcePlan, ...]:
    """The verdicts on the test of an old stack come before those on the test of the new one."""
    verdicts: dict[str, tuple[Verdict, ...]] = {}
    for each in resources:
        verdicts[each.logical_id] = (*verdicts.get(each.logical_id, ()), *each.verdicts)
    return tuple(ResourcePlan(*each) for each in verdicts.items())


def _may_create(change: Change | Untold) -> bool:
    """Whether the resource declares an experiment that it does not have yet."""
    if not isinstance(change, Change) or change.declared is None or change.declared == change.deployed:
        return False
    return not names.same(change.physical_id, names.of(change.declared, change.stack_id, change.logical_id))


def _untold(untold: Untold) -> Verdict:
    return Verdict(Kind.REFUSED if untold.is_refused else Kind.UNKNOWN, untold.name, reason=untold.why)


def _unread(change: Change | Untold, failure: Failure) -> ResourcePlan:
    return ResourcePlan(change.logical_id, (Verdict(Kind.UNKNOWN, reason=f"it can't be read: {failure.why}"),))


def _notes(stack: StackToDeploy, status: str = "") -> tuple[str, ...]:
    nested = nested_stacks(stack.template)
    of_nested = f"The templates of nested stacks are not read: {', '.join(nested)}." if nested else None
    return tuple(note for note in (of_nested, status_note(status)) if note is not None)
