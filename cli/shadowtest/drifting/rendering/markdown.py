"""Drift as Markdown, for an issue or a comment."""

from collections.abc import Iterator, Sequence

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.drifting.rendering.words import COLUMNS, beside_fields, fields, not_compared, title
from shadowtest.markdown.comment import OfTest, comment, grouped
from shadowtest.markdown.text import plain, table


def render_markdown(drifts: Sequence[ResourceDrift], stacks: Sequence[str], *, max_bytes: int) -> str:
    """``max_bytes``: the limit, for which the details are shortened. The names of drifted fields are always kept."""
    tests = ((drift.stack, OfTest(list(_verdict(drift)), list(_details(drift)))) for drift in drifts)
    return comment("drift", grouped(stacks, tests), max_bytes=max_bytes)


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
    # An empty line must separate a list from the table before it.
    apart = "\n" if differing else ""
    for sentence in not_compared(drift):
        yield f"{apart}- {plain(sentence)}"
        apart = ""
