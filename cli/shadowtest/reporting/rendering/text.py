"""Reports for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shadowtest.outputs import NO_TESTS, escaped
from shadowtest.reporting.rendering.words import COLUMNS, explanations, facts, row, title, verdict
from shadowtest.reporting.report import Report

_INDENT = (0, 0, 0, 2)


def render_text(reports: Sequence[Report]) -> RenderableType:
    """Values come from AWS, so they are never interpreted as markup."""
    return Group(*(each for report in reports for each in _of_test(report))) if reports else Text(NO_TESTS)


def _of_test(report: Report) -> Iterator[RenderableType]:
    yield Text(escaped(title(report)), style="bold")
    for fact in (*facts(report), *verdict(report)):
        yield Padding(Text(escaped(fact)), _INDENT)
    if report.comparisons:
        yield Padding(_table(report), (1, 0, 1, 2))
    for explanation in explanations(report):
        yield Padding(Text(escaped(explanation), style="dim"), _INDENT)
    yield Text()


def _table(report: Report) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0))
    for column in COLUMNS:
        table.add_column(column, justify="right" if column == COLUMNS[-1] else "left")
    for comparison in report.comparisons:
        table.add_row(*(Text(escaped(cell)) for cell in row(comparison)))
    return table
