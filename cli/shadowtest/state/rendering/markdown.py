"""States as Markdown, for a comment."""

from collections.abc import Iterator

from shadowtest.markdown.comment import OfStack, OfTest, comment
from shadowtest.markdown.text import plain, table
from shadowtest.state.live_state import LiveState, State
from shadowtest.state.rendering.words import COLUMNS, bills, facts, row, stack_in_words
from shadowtest.values.stack import is_in_progress


def render_markdown(state: State, *, max_bytes: int | None = None) -> str:
    """``max_bytes``: the details are shortened to as many. The status of each test is always said."""
    stacks = {each.name: each for each in state.stacks}
    names = dict.fromkeys([*stacks, *(test.stack for test in state.tests)])
    of_stacks = [
        OfStack(
            name,
            [_of_test(test) for test in state.tests if test.stack == name],
            [stack_in_words(stacks[name])] if name in stacks and is_in_progress(stacks[name].status) else (),
        )
        for name in names
    ]
    return comment("status", of_stacks, max_bytes=max_bytes)


def _of_test(test: LiveState) -> OfTest:
    name = f"experiment {test.experiment}"
    title = f"**{plain(test.logical_id)}**: {plain(name)}" if test.stack else f"**{plain(name)}**"
    return OfTest((title, "", *(f"- {plain(fact)}" for fact in facts(test))), list(_details(test)))


def _details(test: LiveState) -> Iterator[str]:
    if test.served:
        yield from table(COLUMNS, [row(each) for each in test.served])
    # A list behind a table begins with an empty line.
    apart = "\n" if test.served else ""
    for sentence in bills(test):
        yield f"{apart}- {plain(sentence)}"
        apart = ""
