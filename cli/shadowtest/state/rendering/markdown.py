"""States as Markdown."""

from collections.abc import Iterator

from shadowtest.markdown import plain, table
from shadowtest.state.rendering.words import COLUMNS, NO_TESTS, facts, row, stack_in_words, title
from shadowtest.state.test_state import State, TestState
from shadowtest.values.stack import is_in_progress


def render_markdown(state: State) -> str:
    stacks = [plain(stack_in_words(each)) for each in state.stacks if is_in_progress(each.status)]
    tests = [line for test in state.tests for line in _of_test(test)]
    return "".join(f"{line}\n" for line in (*stacks, *(tests or [NO_TESTS])))


def _of_test(test: TestState) -> Iterator[str]:
    yield f"### {plain(title(test))}"
    yield ""
    for fact in facts(test):
        yield f"- {plain(fact)}"
    yield ""
    if test.served:
        yield from table(COLUMNS, [row(each) for each in test.served])
        yield ""
