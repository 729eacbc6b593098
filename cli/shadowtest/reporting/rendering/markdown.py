"""Reports as Markdown, for the comment of a pull request."""

import re
from collections.abc import Iterator, Sequence

from shadowtest.outputs import on_a_line
from shadowtest.reporting.rendering.words import COLUMNS, NO_TESTS, explanations, facts, row, title
from shadowtest.reporting.report import TestReport

_SPECIAL = re.compile(r"([\\`*_\[\]|#~])")


def marker(stack: str) -> str:
    """The hidden line by which a pipeline finds its comment again."""
    return f"<!-- shadowtest report {stack} -->"


def render_markdown(reports: Sequence[TestReport]) -> str:
    if not reports:
        return f"{NO_TESTS}\n"
    return "".join(f"{line}\n" for report in reports for line in _of_test(report))


def _of_test(report: TestReport) -> Iterator[str]:
    yield marker(report.stack)
    yield f"### {_plain(title(report))}"
    yield ""
    if report.comparisons:
        yield _row(COLUMNS)
        yield "|---|---|---|---|"
        for comparison in report.comparisons:
            yield _row(row(comparison))
        yield ""
    for note in report.notes:
        yield _plain(note)
        yield ""
    yield "<details><summary>Details</summary>"
    yield ""
    for sentence in (*facts(report), *explanations(report)):
        if sentence not in report.notes:
            yield f"- {_plain(sentence)}"
    yield ""
    yield "</details>"
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Text that Markdown, HTML and mentions make nothing of."""
    one_line = on_a_line(" ".join(text.split()))
    html = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    # The signs of an entity are none of Markdown's.
    return re.sub(r"&\\#", "&#", _SPECIAL.sub(r"\\\1", html))
