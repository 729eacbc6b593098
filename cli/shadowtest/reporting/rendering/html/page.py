"""The page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from itertools import count

from shadowtest.outputs import NO_TESTS, escaped
from shadowtest.reporting.rendering.html.svg import svg
from shadowtest.reporting.rendering.words import COLUMNS, duration, explanations, facts, row, verdict
from shadowtest.reporting.report import PRODUCTION, SHADOW, Chart, Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page can't load or run anything, even if a value from AWS contains HTML."""
_IN_PARENTHESES = re.compile(r"(\(.*\))")


def render_html(reports: Sequence[Report]) -> str:
    numbers = count()
    tests = "".join(line for report in reports for line in _of_test(report, numbers)) or f"<p>{NO_TESTS}</p>\n"
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Shadow tests</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<h1>Shadow tests</h1>\n<main>\n{tests}</main>\n</body>\n</html>\n"
    )


def _of_test(report: Report, numbers: Iterator[int]) -> Iterator[str]:
    yield f"<article>\n<h2>{_text(report.logical_id)} of stack {_text(report.stack)}</h2>\n"
    yield f'<p class="experiment">Experiment {_text(report.experiment)}</p>\n'
    yield _list((*facts(report), *verdict(report)))
    if report.comparisons:
        yield _table(report)
    yield _list(explanations(report), kind="how")
    if report.charts:
        yield f'<p class="legend"><span class="{PRODUCTION}">{PRODUCTION}</span>'
        yield f'<span class="{SHADOW}">{SHADOW}</span></p>\n<div class="charts">\n'
        for chart in report.charts:
            yield _figure(chart, next(numbers))
        yield "</div>\n"
    yield "</article>\n"


def _table(report: Report) -> str:
    _, production, shadow, ratio = COLUMNS
    head = (
        f'<th scope="col">measure</th><th scope="col" class="{PRODUCTION}">{production}</th>'
        f'<th scope="col" class="{SHADOW}">{shadow}</th><th scope="col">{ratio}</th>'
    )
    rows = "".join(_row(*map(_text, row(comparison))) for comparison in report.comparisons)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def _row(name: str, production: str, shadow: str, ratio: str) -> str:
    return (
        f'<tr><th scope="row">{name}</th><td class="{PRODUCTION}">{_breakable(production)}</td>'
        f'<td class="{SHADOW}">{_breakable(shadow)}</td><td class="ratio">{ratio}</td></tr>\n'
    )


def _breakable(value: str) -> str:
    """On a narrow screen, the part in parentheses is on its own line."""
    return _IN_PARENTHESES.sub(r"<span>\1</span>", value, count=1)


def _figure(chart: Chart, number: int) -> str:
    label = _text(f"{chart.title} of production and shadow, over the time")
    drawn = svg(chart, number).replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    unit = ", ".join(filter(None, (chart.unit, f"each {duration(chart.asked.period).removeprefix('1 ')}")))
    caption = f"<figcaption><h3>{_text(chart.title)}</h3><span>{_text(unit)}</span></figcaption>"
    return f"<figure>\n{caption}\n{drawn}</figure>\n"


def _list(sentences: Iterable[str], kind: str = "facts") -> str:
    items = "".join(f"<li>{_text(sentence)}</li>\n" for sentence in sentences)
    return f'<ul class="{kind}">\n{items}</ul>\n' if items else ""


def _text(value: str) -> str:
    return escape(escaped(value))
