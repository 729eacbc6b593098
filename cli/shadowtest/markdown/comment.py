"""The comment. It shows the result for each test first, and folds the details."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shadowtest.markdown.shortening import fitted
from shadowtest.markdown.text import plain
from shadowtest.outputs import NO_TESTS

_FOLD = ("<details><summary>Details</summary>", "")
_END_OF_FOLD = ("", "</details>", "")
_SHORTENED = ("*The details are shortened.*", "")
_SIZE_OF_FOLD = sum(len(line) + 1 for line in (*_FOLD, *_END_OF_FOLD))


@dataclass(frozen=True)
class OfTest:
    """The part about one test, in Markdown.

    Attributes:
        verdict: The lines that are always kept.
        details: The folded parts, which are dropped from the end if there is not enough room. Each may have several
            lines, which are kept or dropped together.
    """

    verdict: Sequence[str]
    details: Sequence[str] = ()


@dataclass(frozen=True)
class OfStack:
    """The tests of a stack. ``stack`` is empty if no stack owns them. ``notes``: plain text, one sentence each."""

    stack: str
    tests: Sequence[OfTest]
    notes: Sequence[str] = ()

    @property
    def is_shown(self) -> bool:
        return bool(self.tests or self.notes)


def marker(command: str, stack: str) -> str:
    """The hidden line by which a pipeline finds its comment again, even after the last test is gone."""
    return f"<!-- shadowtest {command}{f' {plain(stack)}' if stack else ''} -->"


def grouped(stacks: Iterable[str], tests: Iterable[tuple[str, OfTest]]) -> list[OfStack]:
    """``stacks``: the stacks that were read, with or without a test. ``tests``: each with the name of its stack."""
    by_stack: dict[str, list[OfTest]] = {stack: [] for stack in stacks}
    for stack, test in tests:
        by_stack.setdefault(stack, []).append(test)
    return [OfStack(stack, of_stack) for stack, of_stack in by_stack.items()]


def comment(
    command: str,
    stacks: Sequence[OfStack],
    *,
    closing: Sequence[str] = (),
    nothing: str = NO_TESTS,
    max_bytes: int | None = None,
) -> str:
    """``stacks``: all stacks of the comment. A stack without tests and notes gets only its marker.

    ``closing``: the last sentences, as plain text. ``nothing``: the sentence before these if there is no test.
    ``max_bytes``: the limit, for which the details are shortened.
    """
    details = [test.details for stack in stacks for test in stack.tests]
    if not any(stack.is_shown for stack in stacks):
        closing = (nothing, *closing)
    whole = _document(command, stacks, closing, details)
    if max_bytes is None or _size(whole) <= max_bytes:
        return whole
    bare = _document(command, stacks, closing, [()] * len(details), _SHORTENED)
    kept = fitted(details, room=max_bytes - _size(bare), each_costs=_SIZE_OF_FOLD)
    return _document(command, stacks, closing, kept, _SHORTENED)


def _document(
    command: str,
    stacks: Sequence[OfStack],
    closing: Sequence[str],
    details: Sequence[Sequence[str]],
    last: Sequence[str] = (),
) -> str:
    folded = iter(details)
    lines = [line for stack in stacks or [OfStack("", ())] for line in _of_stack(command, stack, folded)]
    for sentence in closing:
        lines += [plain(sentence), ""]
    return "\n".join((*lines, *last))


def _of_stack(command: str, stack: OfStack, folded: Iterator[Sequence[str]]) -> Iterator[str]:
    yield marker(command, stack.stack)
    if not stack.is_shown:
        yield ""
        return
    title = f"Shadow tests of stack {plain(stack.stack)}" if stack.stack else "Experiments that no stack owns"
    yield from (f"### {title}", "")
    for note in stack.notes:
        yield from (plain(note), "")
    if not stack.tests:
        yield from (NO_TESTS, "")
    for test in stack.tests:
        yield from (*test.verdict, "")
        details = next(folded)
        if details:
            yield from (*_FOLD, *details, *_END_OF_FOLD)


def _size(text: str) -> int:
    return len(text.encode())
