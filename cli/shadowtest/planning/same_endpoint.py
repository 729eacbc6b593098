"""Tests of one deployment on the same endpoint. The result for one test depends on the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inference_experiment_handler.spec import names
from shadowtest.planning.one_at_a_time import Crowd, InTheWay, Times
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Kind, Verdict

_CREATES = (Kind.CREATE, Kind.REPLACE)
_ENDS = (Kind.PROMOTE, Kind.END, Kind.CALL_OFF)
_MOVES = (Kind.UPDATE, Kind.START)
_ORDER = "and it is not known which comes first"

Endpoint = tuple[str, str, str]
"""What identifies an endpoint: its region, the stack that creates it, and its name or its logical ID."""


@dataclass(frozen=True)
class _Wish:
    """A test that the deployment would create. ``at``: the index of the verdict, among those of its resource."""

    plan: StackPlan
    resource: ResourcePlan
    verdict: Verdict
    at: int
    endpoint: Endpoint
    times: Times

    @property
    def whose(self) -> str:
        return f"{self.resource.logical_id} of stack {self.plan.stack}"


def with_each_other(plans: Sequence[StackPlan]) -> list[StackPlan]:
    """Adjusts the plans to each other. Each of them was made as if it were the only one."""
    wishes = list(_wishes(plans))
    perhaps = [_perhaps(wish) for wish in _possible_wishes(plans)]
    # If two tests exclude each other, the one with a live test in its way is refused.
    wishes.sort(key=lambda wish: wish.verdict.crowd is not None)
    settled: dict[int, ResourcePlan] = {}
    before: list[_Wish] = []
    for wish in wishes:
        others = [_in_the_way(each) for each in before if each.endpoint == wish.endpoint]
        others += [way for endpoint, way in perhaps if endpoint == wish.endpoint]
        verdict = _beside(wish, others, plans)
        verdicts = wish.resource.verdicts
        rest = verdicts[wish.at + 1 :] if verdict is wish.verdict else ()
        settled[id(wish.resource)] = replace(wish.resource, verdicts=(*verdicts[: wish.at], verdict, *rest))
        if verdict.kind is not Kind.REFUSED:
            before.append(wish)
    return [
        replace(plan, resources=tuple(settled.get(id(resource), resource) for resource in plan.resources))
        for plan in plans
    ]


def _beside(wish: _Wish, others: list[InTheWay], plans: Sequence[StackPlan]) -> Verdict:
    """The verdict on a wish, with the other new tests, and with the effect of the deployment on the live tests."""
    verdict = wish.verdict
    there = verdict.crowd.others if verdict.crowd is not None else ()
    seen = tuple(replace(each, is_open=each.is_open or _way_out(each, wish, plans)) for each in there)
    answer = Crowd(verdict.endpoint, wish.times, (*seen, *others)).answer
    if answer is None:
        return verdict
    kind = Kind.REFUSED if answer.is_refused else Kind.UNKNOWN
    return Verdict(
        kind, verdict.experiment, verdict.request, answer.why, endpoint=verdict.endpoint, waits_for=verdict.waits_for
    )


def _way_out(other: InTheWay, wish: _Wish, plans: Sequence[StackPlan]) -> str:
    """Why a live test may no longer be in the way when the wish is created. Empty if it is still in the way."""
    found = (
        _way_out_of(other, wish, plan, resource.verdicts)
        for plan in plans
        if plan.region == wish.plan.region
        for resource in plan.resources
    )
    return next(filter(None, found), "")


def _way_out_of(other: InTheWay, wish: _Wish, plan: StackPlan, verdicts: tuple[Verdict, ...]) -> str:
    """The same, for one resource.

    CloudFormation creates new resources before it deletes removed ones. An update, or the deployment of another stack,
    may come earlier.
    """
    name = other.experiment
    for verdict in verdicts:
        comes_later = plan.stack == wish.plan.stack and verdict.request == "Delete"
        if comes_later or not names.same(verdict.experiment, name):
            continue
        if verdict.kind in _ENDS:
            # The order does not matter: the test that follows on the same endpoint is also in the way.
            return "" if _has_successor(wish, plan, verdicts) else f"This deployment ends {name}, {_ORDER}"
        if verdict.kind is Kind.UNKNOWN and not verdict.alternatives:
            return f"It is not known what this deployment does to {name}"
        if any(_way_out_of(other, wish, plan, each.verdicts) for each in verdict.alternatives):
            return f"This deployment may end {name}, {_ORDER}"
        if verdict.kind in _MOVES and not wish.times.overlap(Times(verdict.starts, verdict.ends)):
            return f"This deployment changes when {name} runs, {_ORDER}"
    return ""


def _has_successor(wish: _Wish, plan: StackPlan, verdicts: tuple[Verdict, ...]) -> bool:
    return any(
        each.kind in _CREATES
        and _endpoint(plan, each) == wish.endpoint
        and wish.times.overlap(Times(each.starts, each.ends))
        for each in verdicts
    )


def _wishes(plans: Sequence[StackPlan]) -> Iterator[_Wish]:
    for plan in plans:
        for resource in plan.resources:
            for at, verdict in enumerate(resource.verdicts):
                if verdict.crowd is not None:
                    yield _Wish(plan, resource, verdict, at, _endpoint(plan, verdict), verdict.crowd.times)
                elif verdict.kind in _CREATES:
                    times = Times(verdict.starts, verdict.ends)
                    yield _Wish(plan, resource, verdict, at, _endpoint(plan, verdict), times)


def _possible_wishes(plans: Sequence[StackPlan]) -> Iterator[_Wish]:
    """The tests that may be created, depending on values that are known only at deployment."""
    for plan in plans:
        for resource in plan.resources:
            for alternative in (each for verdict in resource.verdicts for each in verdict.alternatives):
                yield from _wishes([replace(plan, resources=(replace(resource, verdicts=alternative.verdicts),))])


def _in_the_way(wish: _Wish) -> InTheWay:
    return InTheWay(f"endpoint {wish.verdict.endpoint} also gets the test of {wish.whose}", wish.times)


def _perhaps(wish: _Wish) -> tuple[Endpoint, InTheWay]:
    why = f"endpoint {wish.verdict.endpoint} may also get the test of {wish.whose}"
    is_open = "That depends on values that are known only at deployment"
    return wish.endpoint, InTheWay(why, wish.times, is_open)


def _endpoint(plan: StackPlan, verdict: Verdict) -> Endpoint:
    if verdict.new_endpoint:
        return plan.region, plan.stack, verdict.new_endpoint
    return plan.region, "", verdict.endpoint.casefold()
