"""Reports as Markdown, for the comment of a pull request."""

from collections.abc import Iterator, Sequence

from shadowtest.markdown.comment import OfTest, comment, grouped
from shadowtest.markdown.text import plain, table
from shadowtest.reporting.rendering.words import COLUMNS, explanations, facts, row, verdict
from shadowtest.reporting.report import Report


def render_markdown(reports: Sequence[Report], stacks: Sequence[str], *, max_bytes: int | None) -> str:
    """``max_bytes``: the limit, for which the details are shortened. The numbers are never shortened."""
    of_stacks = grouped(stacks, ((report.stack, _of_test(report)) for report in reports))
    return comment("report", of_stacks, max_bytes=max_bytes)


def _of_test(report: Report) -> OfTest:
    further = (*facts(report), *verdict(report)[1:], *explanations(report))
    return OfTest(
        list(_numbers(report)), [f"- {plain(sentence)}" for sentence in further if sentence not in report.notes]
    )


def _numbers(report: Report) -> Iterator[str]:
    yield f"**{plain(report.logical_id)}**: experiment {plain(report.experiment)}"
    if report.comparisons:
        yield ""
        yield from table(COLUMNS, [row(comparison) for comparison in report.comparisons])
    for sentence in (*verdict(report)[:1], *report.notes):
        yield from ("", plain(sentence))
