"""Drift for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.drifting.rendering.words import COLUMNS, beside_fields, fields, not_compared, title
from shadowtest.outputs import NO_TESTS, escaped

_INDENT = (0, 0, 0, 2)


def render_text(drifts: Sequence[ResourceDrift]) -> RenderableType:
    """Values come from the template and from AWS, so they are never interpreted as markup."""
    return Group(*(each for drift in drifts for each in _of_resource(drift))) if drifts else Text(NO_TESTS)


def _of_resource(drift: ResourceDrift) -> Iterator[RenderableType]:
    style = "bold red" if drift.has_drifted else "bold yellow" if drift.is_untold else "bold green"
    yield Text(escaped(title(drift, names_stack=True)), style=style)
    differing = fields(drift)
    if differing:
        table = Table(*COLUMNS, box=None, padding=(0, 3, 0, 0))
        for cells in differing:
            table.add_row(*(Text(escaped(cell)) for cell in cells))
        yield Padding(table, _INDENT)
    for sentence in (*beside_fields(drift), *not_compared(drift)):
        yield Padding(Text(escaped(sentence)), _INDENT)
