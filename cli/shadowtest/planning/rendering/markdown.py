"""Plans as Markdown, for the comment of a pull request."""

from collections.abc import Iterator, Sequence

from shadowtest.markdown import plain
from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering.words import TITLES, cost_in_words, details, headline
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Verdict

_SHORTENED = "*The details are shortened.*"


def marker(stack: str) -> str:
    """The hidden line by which a pipeline finds its comment again."""
    return f"<!-- shadowtest plan {stack} -->"


def render_markdown(plans: Sequence[StackPlan], cost: Cost, *, max_bytes: int | None = None) -> str:
    """``max_bytes``: the details are shortened to as many. The verdicts never are."""
    folded = [[list(_details_of(resource)) for resource in plan.resources] for plan in plans]
    document = _document(plans, folded, cost)
    all_details = [details_of for of_plan in folded for details_of in of_plan]
    while max_bytes is not None and len(document.encode()) > max_bytes and any(all_details):
        # Some lines at once: the details may be long.
        longest = max(all_details, key=len)
        del longest[-max(1, len(longest) // 10) :]
        document = _document(plans, folded, cost, shortened=True)
    return document


def _document(plans: Sequence[StackPlan], folded: list[list[list[str]]], cost: Cost, *, shortened: bool = False) -> str:
    lines = [line for plan, details_of in zip(plans, folded, strict=True) for line in _of_stack(plan, details_of)]
    if not plans:
        lines += ["No shadow tests found.", ""]
    for line in cost_in_words(cost):
        lines += [plain(line), ""]
    if shortened:
        lines += [_SHORTENED, ""]
    return "\n".join(lines)


def _of_stack(plan: StackPlan, folded: list[list[str]]) -> Iterator[str]:
    yield from (marker(plan.stack), f"### Shadow tests of stack {plain(plan.stack)}", "")
    for note in plan.notes:
        yield from (plain(note), "")
    for resource, details_of in zip(plan.resources, folded, strict=True):
        yield from (f"**{plain(resource.logical_id)}**", "")
        yield from (f"- **{TITLES[each.kind]}**: {plain(headline(each))}" for each in resource.verdicts)
        yield ""
        if details_of:
            yield from ("<details><summary>Details</summary>", "", *details_of, "", "</details>", "")


def _details_of(resource: ResourcePlan) -> Iterator[str]:
    for verdict in resource.verdicts:
        yield from _of_verdict(verdict)


def _of_verdict(verdict: Verdict, within: str = "") -> Iterator[str]:
    facts = [plain(line) for line in details(verdict)]
    facts += [
        f"{plain(each.path)}: declared {plain(each.declared)}, live {plain(each.live)}." for each in verdict.differences
    ]
    if facts or verdict.alternatives:
        yield f"{within}- {TITLES[verdict.kind]} {plain(verdict.experiment)}"
    for fact in facts:
        yield f"{within}  - {fact}"
    for alternative in verdict.alternatives:
        yield f"{within}  - With {plain(alternative.condition)}:"
        for each in alternative.verdicts:
            yield f"{within}    - **{TITLES[each.kind]}**: {plain(headline(each))}"
