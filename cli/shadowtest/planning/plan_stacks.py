"""The plans of all stacks that are to be deployed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.nested_stacks import nested_stacks
from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.changes import Unchanged, Untold, changes_of
from shadowtest.planning.looking import Look, look_at
from shadowtest.planning.made_up import without_made_up_names, without_placeholders
from shadowtest.planning.offline import told_offline
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.stack_status import status_note
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.values.stack import Place


@dataclass(frozen=True)
class Planned:
    """``errors``: what could not be read, a line each. Where that is everything, there is no plan."""

    plans: list[StackPlan]
    errors: list[str]


def plan_offline(stacks: Sequence[StackToDeploy]) -> Planned:
    """Without any look at AWS."""
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
    """Looks at all of them at once, as far as AWS's limits allow."""
    looks = look_at(stacks, aws)
    failures = [each for each in looks if isinstance(each, Failure)]
    errors = failures_in_words(failures, len(stacks))
    if stacks and len(failures) == len(stacks):
        return Planned([], errors)
    found = [each for each in looks if isinstance(each, Look)]
    now = aws.now()
    clients = {look.aws.region: ReadOnce(look.aws.client("sagemaker")) for look in found}
    todo = [(look, change) for look in found for change in look.changes]
    told = attempt_each(
        aws,
        lambda each: _told(*each, clients[each[0].aws.region], now),
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
        resources = tuple(
            _unread(change, plan) if isinstance(plan, Failure) else plan
            for (of, change), plan in zip(todo, told, strict=True)
            if of is look
        )
        plans.append(StackPlan(stack.name, look.aws.region, resources, _notes(stack, look.status)))
    return Planned(plans, errors)


def _told(look: Look, change: Change | Untold | Unchanged, sagemaker: Any, now: datetime) -> ResourcePlan:
    if not isinstance(change, Change):
        return ResourcePlan(change.logical_id, (_untold(change),))
    verdicts = verdicts_of(change, sagemaker, now)
    if look.deployed is None:
        verdicts = without_made_up_names(change, verdicts)
    return ResourcePlan(change.logical_id, without_placeholders(verdicts))


def _untold(untold: Untold | Unchanged) -> Verdict:
    if isinstance(untold, Unchanged):
        return Verdict(Kind.NOTHING, untold.physical_id, reason="the change set does not change the resource")
    return Verdict(Kind.REFUSED if untold.is_refused else Kind.UNKNOWN, reason=untold.why)


def _unread(change: Change | Untold | Unchanged, failure: Failure) -> ResourcePlan:
    return ResourcePlan(change.logical_id, (Verdict(Kind.UNKNOWN, reason=f"it can't be read: {failure.why}"),))


def _notes(stack: StackToDeploy, status: str = "") -> tuple[str, ...]:
    nested = nested_stacks(stack.template)
    of_nested = f"The templates of nested stacks are not read: {', '.join(nested)}." if nested else None
    return tuple(note for note in (of_nested, status_note(status)) if note is not None)
