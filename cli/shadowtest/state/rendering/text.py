"""States for a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from inference_experiment_handler.model.status import Phase
from shadowtest.outputs import NO_TESTS, escaped
from shadowtest.state.live_state import LiveState, State
from shadowtest.state.rendering.words import COLUMNS, bills, facts, row, stack_in_words, title
from shadowtest.values.stack import is_in_progress

_INDENT = (0, 0, 0, 2)
_STYLES = {Phase.IN_TRANSITION: "bold yellow", Phase.ENDED: "dim"}


def render_text(state: State) -> RenderableType:
    """Values come from AWS, so they are never interpreted as markup."""
    stacks = [Text(escaped(stack_in_words(each))) for each in state.stacks if is_in_progress(each.status)]
    tests = [each for test in state.tests for each in _of_test(test)]
    return Group(*stacks, *(tests or [Text(NO_TESTS)]))


def _of_test(test: LiveState) -> Iterator[RenderableType]:
    yield Text(escaped(title(test)), style="bold")
    first, *others = facts(test)
    yield Padding(Text(escaped(first), style=_STYLES.get(test.phase, "")), _INDENT)
    for fact in (*others, *bills(test)):
        yield Padding(Text(escaped(fact)), _INDENT)
    if test.served:
        table = Table(*COLUMNS, box=None, padding=(0, 3, 0, 0))
        for served in test.served:
            table.add_row(*(Text(escaped(cell)) for cell in row(served)))
        yield Padding(table, _INDENT)
    yield Text()
