"""Reports as Markdown, for the comment of a pull request."""

from collections.abc import Iterator, Sequence

from shadowtest.markdown import plain, table
from shadowtest.reporting.rendering.words import COLUMNS, NO_TESTS, explanations, facts, row, title
from shadowtest.reporting.report import TestReport


def marker(stack: str) -> str:
    """The hidden line by which a pipeline finds its comment again."""
    return f"<!-- shadowtest report {stack} -->"


def render_markdown(reports: Sequence[TestReport]) -> str:
    if not reports:
        return f"{NO_TESTS}\n"
    return "".join(f"{line}\n" for report in reports for line in _of_test(report))


def _of_test(report: TestReport) -> Iterator[str]:
    yield marker(report.stack)
    yield f"### {plain(title(report))}"
    yield ""
    if report.comparisons:
        yield from table(COLUMNS, [row(comparison) for comparison in report.comparisons])
        yield ""
    for note in report.notes:
        yield plain(note)
        yield ""
    yield "<details><summary>Details</summary>"
    yield ""
    for sentence in (*facts(report), *explanations(report)):
        if sentence not in report.notes:
            yield f"- {plain(sentence)}"
    yield ""
    yield "</details>"
    yield ""
