"""Plans as Markdown, for the comment of a pull request."""

from collections.abc import Iterator, Sequence

from shadowtest.markdown.comment import OfStack, OfTest, comment
from shadowtest.markdown.text import plain
from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering.words import TITLES, cost_in_words, details, headline
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Alternative, Verdict


def render_markdown(plans: Sequence[StackPlan], cost: Cost, *, max_bytes: int | None = None) -> str:
    """``max_bytes``: the limit, for which the details are shortened. The verdicts are never shortened."""
    stacks = [OfStack(plan.stack, [_of_resource(each) for each in plan.resources], plan.notes) for plan in plans]
    return comment("plan", stacks, closing=cost_in_words(cost), max_bytes=max_bytes)


def _of_resource(plan: ResourcePlan) -> OfTest:
    verdicts = [f"- **{TITLES[each.kind]}**: {plain(headline(each))}" for each in plan.verdicts]
    return OfTest(
        (f"**{plain(plan.logical_id)}**", "", *verdicts),
        [part for verdict in plan.verdicts for part in _details_of(verdict)],
    )


def _details_of(verdict: Verdict) -> Iterator[str]:
    """The title is part of the first fact, so that both are kept or dropped together."""
    title = f"- {TITLES[verdict.kind]} {plain(verdict.experiment)}\n"
    for part in _facts_of(verdict):
        yield f"{title}{part}"
        title = ""


def _facts_of(verdict: Verdict) -> Iterator[str]:
    yield from (f"  - {plain(line)}" for line in details(verdict))
    for each in verdict.differences:
        yield f"  - {plain(each.path)}: declared {plain(each.declared)}, live {plain(each.live)}."
    yield from map(_under_its_condition, verdict.alternatives)


def _under_its_condition(alternative: Alternative) -> str:
    verdicts = (
        f"    - **{TITLES[each.kind]}**: {plain(headline(each, in_full=True))}" for each in alternative.verdicts
    )
    return "\n".join((f"  - With {plain(alternative.condition)}:", *verdicts))
