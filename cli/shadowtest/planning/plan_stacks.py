"""The plans of all stacks that are to be deployed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import deployed_stack, exports
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.changes import Untold, changes_of, imports_values, nested_stacks
from shadowtest.planning.made_up import without_made_up_names, without_placeholders
from shadowtest.planning.offline import told_offline
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.values.stack import DeployedStack, Place

_STUCK = (
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_FAILED",
    "DELETE_FAILED",
)
"""The statuses in which CloudFormation accepts no update."""


@dataclass(frozen=True)
class _Look:
    """A stack beside what is deployed of it, and through which account and region it is looked at."""

    stack: StackToDeploy
    aws: Aws
    deployed: DeployedStack | None
    changes: list[Change | Untold]


def plan_offline(stacks: Sequence[StackToDeploy]) -> list[StackPlan]:
    """Without any look at AWS."""
    plans = []
    for stack in stacks:
        place = Place(None, stack.region, stack.account, stack.name)
        changes = changes_of(stack, None, place, None)
        resources = [
            ResourcePlan(each.logical_id, told_offline(each) if isinstance(each, Change) else (_untold(each),))
            for each in changes
        ]
        plans.append(StackPlan(stack.name, stack.region or "", tuple(resources), tuple(_notes(stack, None))))
    return plans


def plan_stacks(stacks: Sequence[StackToDeploy], aws: Aws) -> list[StackPlan]:
    """Looks at all of them at once, as far as AWS's limits allow."""
    looks = aws.each(lambda stack: _look(stack, aws), stacks)
    now = aws.now()
    clients = {look.aws.region: ReadOnce(look.aws.client("sagemaker")) for look in looks}
    todo = [(look, change) for look in looks for change in look.changes]
    told = aws.each(lambda each: _told(*each, clients[each[0].aws.region], now), todo)
    plans = []
    for look in looks:
        resources = tuple(plan for (of, _), plan in zip(todo, told, strict=True) if of is look)
        plans.append(StackPlan(look.stack.name, look.aws.region, resources, tuple(_notes(look.stack, look.deployed))))
    return plans


def _look(stack: StackToDeploy, aws: Aws) -> _Look:
    if stack.account is not None and stack.account != aws.account:
        changes = changes_of(stack, None, Place(None, stack.region, stack.account, stack.name), None)
        why = f"the stack belongs to account {stack.account}, but your credentials are for account {aws.account}"
        return _Look(stack, aws, None, [Untold(each.logical_id, why, is_refused=False) for each in changes])
    aws = aws.in_region(stack.region) if stack.region is not None else aws
    deployed = deployed_stack(aws, stack.name)
    if deployed is not None:
        place = Place.of(deployed.stack_id)
    else:
        place = Place(aws.partition, aws.region, aws.account, stack.name)
    templates = [stack.template, deployed.template if deployed is not None else {}]
    known_exports = exports(aws) if imports_values(templates) else None
    return _Look(stack, aws, deployed, changes_of(stack, deployed, place, known_exports))


def _told(look: _Look, change: Change | Untold, sagemaker: Any, now: datetime) -> ResourcePlan:
    if isinstance(change, Untold):
        return ResourcePlan(change.logical_id, (_untold(change),))
    verdicts = verdicts_of(change, sagemaker, now)
    if look.deployed is None:
        verdicts = without_made_up_names(change, verdicts)
    return ResourcePlan(change.logical_id, without_placeholders(verdicts))


def _untold(untold: Untold) -> Verdict:
    return Verdict(Kind.REFUSED if untold.is_refused else Kind.UNKNOWN, reason=untold.why)


def _notes(stack: StackToDeploy, deployed: DeployedStack | None) -> list[str]:
    notes = []
    nested = nested_stacks(stack.template)
    if nested:
        notes.append(f"The templates of nested stacks are not read: {', '.join(nested)}.")
    if deployed is not None and deployed.in_progress:
        notes.append(f"The stack is {deployed.status}. CloudFormation accepts no deployment until this operation ends.")
    elif deployed is not None and deployed.status in _STUCK:
        notes.append(f"The stack is {deployed.status}. CloudFormation can't update a stack in this status.")
    return notes


def of_interest(plans: Sequence[StackPlan]) -> list[StackPlan]:
    """Those of stacks that have a shadow test, or may have one."""
    return [plan for plan in plans if plan.resources or plan.notes]
