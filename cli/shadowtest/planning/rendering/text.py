"""Plans for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shadowtest.outputs import NO_TESTS, escaped
from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering.words import TITLES, cost_in_words, details, headline
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Kind, Verdict

_STYLES = {Kind.REFUSED: "bold red", Kind.UNKNOWN: "bold yellow", Kind.NOTHING: "dim", Kind.UPDATE: "bold green"}
_INDENT = (0, 0, 0, 4)


def render_text(plans: Sequence[StackPlan], cost: Cost) -> RenderableType:
    """Values come from the template and from AWS, so they are never interpreted as markup."""
    shown = [plan for plan in plans if plan.is_shown]
    if not shown:
        return Text(NO_TESTS)
    lines = [Text(escaped(line)) for line in cost_in_words(cost)]
    return Group(*(each for plan in shown for each in _of_stack(plan)), *lines)


def _of_stack(plan: StackPlan) -> Iterator[RenderableType]:
    yield Text(f"Stack {escaped(plan.stack)}", style="bold")
    yield from (Padding(Text(escaped(note), style="yellow"), _INDENT, expand=False) for note in plan.notes)
    for resource in plan.resources:
        yield from _of_resource(resource)


def _of_resource(plan: ResourcePlan) -> Iterator[RenderableType]:
    yield Text(f"  {escaped(plan.logical_id)}")
    for verdict in plan.verdicts:
        yield Padding(_of_verdict(verdict), _INDENT, expand=False)


def _of_verdict(verdict: Verdict) -> RenderableType:
    title = Text.assemble((TITLES[verdict.kind], _STYLES.get(verdict.kind, "bold")), "  ", escaped(headline(verdict)))
    parts: list[RenderableType] = [title]
    if verdict.differences:
        parts.append(Padding(_differences(verdict), (0, 0, 0, 2), expand=False))
    parts += [Padding(Text(escaped(line), style="dim"), (0, 0, 0, 2), expand=False) for line in details(verdict)]
    for alternative in verdict.alternatives:
        parts.append(Padding(Text(f"With {escaped(alternative.condition)}:"), (0, 0, 0, 2), expand=False))
        parts += [Padding(_of_verdict(each), _INDENT, expand=False) for each in alternative.verdicts]
    return Group(*parts)


def _differences(verdict: Verdict) -> Table:
    table = Table("field", "declared", "live", box=None, padding=(0, 2, 0, 0))
    for each in verdict.differences:
        table.add_row(*(Text(escaped(cell)) for cell in (each.path, each.declared, each.live)))
    return table
