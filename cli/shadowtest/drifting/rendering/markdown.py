"""Drift as Markdown, for an issue or a comment."""

from collections.abc import Iterator, Sequence

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.drifting.rendering.words import COLUMNS, beside_fields, fields, not_compared, title
from shadowtest.markdown.comment import OfStack, OfTest, comment
from shadowtest.markdown.text import plain, table


def render_markdown(drifts: Sequence[ResourceDrift], *, max_bytes: int | None = None) -> str:
    """``max_bytes``: the details are shortened to as many. What has drifted is always said."""
    stacks = dict.fromkeys(drift.stack for drift in drifts)
    of_stacks = [OfStack(stack, [_of_resource(each) for each in drifts if each.stack == stack]) for stack in stacks]
    return comment("drift", of_stacks, max_bytes=max_bytes)


def _of_resource(drift: ResourceDrift) -> OfTest:
    return OfTest(list(_verdict(drift)), list(_details(drift)))


def _verdict(drift: ResourceDrift) -> Iterator[str]:
    yield f"**{plain(title(drift))}**"
    said = list(beside_fields(drift))
    differing = [path for path, _, _ in fields(drift)]
    if differing:
        said.insert(0, f"Not live as declared: {', '.join(differing)}.")
    if said:
        yield ""
        yield from (f"- {plain(sentence)}" for sentence in said)


def _details(drift: ResourceDrift) -> Iterator[str]:
    differing = fields(drift)
    if differing:
        yield from table(COLUMNS, differing)
    # A list behind a table begins with an empty line.
    apart = "\n" if differing else ""
    for sentence in not_compared(drift):
        yield f"{apart}- {plain(sentence)}"
        apart = ""
