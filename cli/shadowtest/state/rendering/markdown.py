"""States as Markdown, for a comment."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shadowtest.markdown.comment import OfTest, comment, grouped
from shadowtest.markdown.text import plain, table
from shadowtest.state.live_state import LiveState, State
from shadowtest.state.rendering.words import COLUMNS, bills, facts, row, stack_in_words
from shadowtest.values.stack import is_in_progress


def render_markdown(state: State, stacks: Sequence[str], *, max_bytes: int) -> str:
    """``max_bytes``: the limit, for which the details are shortened. The status of each test is never shortened."""
    names = [*stacks, *(each.name for each in state.stacks)]
    of_stacks = grouped(names, ((test.stack, _of_test(test)) for test in state.tests))
    notes = {each.name: [stack_in_words(each)] for each in state.stacks if is_in_progress(each.status)}
    noted = [replace(each, notes=notes.get(each.stack, ())) for each in of_stacks]
    return comment("status", noted, max_bytes=max_bytes)


def _of_test(test: LiveState) -> OfTest:
    name = f"experiment {test.experiment}"
    title = f"**{plain(test.logical_id)}**: {plain(name)}" if test.stack else f"**{plain(name)}**"
    return OfTest((title, "", *(f"- {plain(fact)}" for fact in facts(test))), list(_details(test)))


def _details(test: LiveState) -> Iterator[str]:
    if test.served:
        yield from table(COLUMNS, [row(each) for each in test.served])
    # An empty line must separate a list from the table before it.
    apart = "\n" if test.served else ""
    for sentence in bills(test):
        yield f"{apart}- {plain(sentence)}"
        apart = ""
