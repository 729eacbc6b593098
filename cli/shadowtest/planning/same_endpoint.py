"""Tests of one deployment that are on the same endpoint: what happens to one depends on the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Kind, Verdict

_CREATES = (Kind.CREATE, Kind.REPLACE)
_ENDS = (Kind.END, Kind.PROMOTE, Kind.CALL_OFF)
_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Created:
    """A test that the deployment creates, and by which resource."""

    resource: str
    verdict: Verdict


def with_each_other(plans: Sequence[StackPlan]) -> list[StackPlan]:
    """The plans, each of which was made as if it were the only one."""
    ends = {
        (plan.region, verdict.experiment): (plan.stack, verdict.request)
        for plan, _, verdict in _verdicts(plans)
        if verdict.kind in _ENDS
    }
    created: dict[tuple[str, str], list[_Created]] = {}
    settled = []
    for plan in plans:
        resources = []
        for resource in plan.resources:
            verdicts = tuple(_after_others(verdict, plan, ends) for verdict in resource.verdicts)
            verdicts = _with_one_test_at_a_time(f"{resource.logical_id} of stack {plan.stack}", verdicts, plan, created)
            resources.append(ResourcePlan(resource.logical_id, verdicts))
        settled.append(replace(plan, resources=tuple(resources)))
    return settled


def _after_others(verdict: Verdict, plan: StackPlan, ends: dict[tuple[str, str], tuple[str, str]]) -> Verdict:
    """A test that can't be created because of another one, which the same deployment ends.

    CloudFormation deletes what was removed from a template after it has created what is new. An update, and the
    deployment of another stack, may come before.
    """
    stack, request = ends.get((plan.region, verdict.in_use_by), ("", ""))
    if not stack or (stack == plan.stack and request == "Delete"):
        return verdict
    why = f"{verdict.reason}. This deployment ends {verdict.in_use_by}, and it is not known which comes first"
    return replace(verdict, kind=Kind.UNKNOWN, reason=why)


def _with_one_test_at_a_time(
    resource: str, verdicts: tuple[Verdict, ...], plan: StackPlan, created: dict[tuple[str, str], list[_Created]]
) -> tuple[Verdict, ...]:
    for index, verdict in enumerate(verdicts):
        if verdict.kind not in _CREATES or not verdict.endpoint:
            continue
        on_endpoint = created.setdefault((plan.region, verdict.endpoint.casefold()), [])
        other = next((each for each in on_endpoint if each.resource != resource), None)
        on_endpoint.append(_Created(resource, verdict))
        if other is not None:
            return (*verdicts[:index], _beside(verdict, other))
    return verdicts


def _beside(verdict: Verdict, other: _Created) -> Verdict:
    gets = f"endpoint {verdict.endpoint} also gets the test of {other.resource}"
    if _overlap(verdict, other.verdict):
        kind, why = Kind.REFUSED, f"{gets}. An endpoint can have one test at a time"
    else:
        kind = Kind.UNKNOWN
        why = f"{gets}. SageMaker does not document whether it accepts another test that runs later"
    return Verdict(kind, verdict.experiment, verdict.request, why, endpoint=verdict.endpoint)


def _overlap(one: Verdict, other: Verdict) -> bool:
    return (one.starts or _LONG_AGO) < (other.ends or _NEVER) and (other.starts or _LONG_AGO) < (one.ends or _NEVER)


def _verdicts(plans: Sequence[StackPlan]) -> Iterator[tuple[StackPlan, ResourcePlan, Verdict]]:
    for plan in plans:
        for resource in plan.resources:
            for verdict in resource.verdicts:
                yield plan, resource, verdict
