"""Drift as Markdown, for an issue or a comment."""

from collections.abc import Iterator, Sequence

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.drifting.rendering.words import COLUMNS, NO_RESOURCES, fields, sentences, title
from shadowtest.markdown import plain, table


def render_markdown(drifts: Sequence[ResourceDrift]) -> str:
    if not drifts:
        return f"{NO_RESOURCES}\n"
    return "".join(f"{line}\n" for drift in drifts for line in _of_resource(drift))


def _of_resource(drift: ResourceDrift) -> Iterator[str]:
    yield f"### {plain(title(drift))}"
    yield ""
    differing = fields(drift)
    if differing:
        yield from table(COLUMNS, differing)
        yield ""
    said = sentences(drift)
    if said:
        yield from (f"- {plain(sentence)}" for sentence in said)
        yield ""
