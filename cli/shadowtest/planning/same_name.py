"""Tests of one deployment with the same name. Names of experiments are unique, and each experiment has one owner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inference_experiment_handler.spec import names
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Kind, Verdict

_GETS = (Kind.CREATE, Kind.REPLACE, Kind.ADOPT)


@dataclass(frozen=True)
class _Claim:
    """A resource that gets the experiment of a name, or may get it."""

    region: str
    name: str
    resource: str
    is_certain: bool


def with_one_owner_each(plans: Sequence[StackPlan]) -> list[StackPlan]:
    """Adjusts the plans of one account to each other. Each of them was made as if it were the only one."""
    claims: list[_Claim] = []
    settled = []
    for plan in plans:
        resources = []
        for resource in plan.resources:
            words = f"{resource.logical_id} of stack {plan.stack}"
            others = [each for each in claims if each.region == plan.region and each.resource != words]
            verdicts = tuple(_settled([_given_up(each, plan, plans) for each in resource.verdicts], others))
            resources.append(ResourcePlan(resource.logical_id, verdicts))
            claims += (
                _Claim(plan.region, name, words, verdict.kind in _GETS)
                for verdict in verdicts
                if (name := _name(verdict)) is not None
            )
        settled.append(replace(plan, resources=tuple(resources)))
    return settled


def _given_up(verdict: Verdict, plan: StackPlan, plans: Sequence[StackPlan]) -> Verdict:
    """The same verdict, unless another stack of the deployment removes the experiment that is in the way or is adopted.

    Within a stack, CloudFormation creates new resources before it deletes removed ones.
    """
    if verdict.kind is not Kind.ADOPT and not (verdict.kind is Kind.REFUSED and verdict.request):
        return verdict
    owners = (
        f"{resource.logical_id} of stack {other.stack}"
        for other in plans
        if other.region == plan.region and other.stack != plan.stack
        for resource in other.resources
        for each in resource.verdicts
        if each.kind is Kind.REMOVE and names.same(each.experiment, verdict.experiment)
    )
    owner = next(owners, None)
    if owner is None:
        return verdict
    why = f"{verdict.reason}. This deployment removes it from {owner}, and it is not known which comes first"
    return Verdict(Kind.UNKNOWN, verdict.experiment, verdict.request, why, endpoint=verdict.endpoint)


def _settled(verdicts: Sequence[Verdict], others: Sequence[_Claim]) -> Iterator[Verdict]:
    for verdict in verdicts:
        name = _name(verdict)
        taken = [each for each in others if name is not None and names.same(each.name, name)]
        # A certain claim has precedence over a possible one.
        claim = next(iter(sorted(taken, key=lambda each: not each.is_certain)), None)
        if claim is None:
            yield verdict
            continue
        why = f"{claim.resource} has the same experiment, {claim.name}. An experiment belongs to one resource"
        if verdict.kind is Kind.UNKNOWN:
            yield replace(verdict, reason=f"{verdict.reason}. {why}")
        else:
            kind = Kind.REFUSED if claim.is_certain else Kind.UNKNOWN
            yield Verdict(kind, verdict.experiment, verdict.request, why, endpoint=verdict.endpoint)
        return


def _name(verdict: Verdict) -> str | None:
    """The name of the experiment that the resource gets, or may get. A name that is not known yet is unique."""
    gets = verdict.kind in (*_GETS, Kind.UNKNOWN) and names.possible(verdict.experiment)
    return verdict.experiment if gets else None
