"""A chart as an SVG in a page. It uses the fonts of the page, and its light and dark colors."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import nan
from typing import Any, cast

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from inference_experiment_handler.evidence.windows import Window
from shadowtest.reporting.report import PRODUCTION, SHADOW, Chart

# Matplotlib needs concrete colors. They are replaced by the variables of the page.
_INK, _GRID = "#010101", "#020202"
_LINES = {PRODUCTION: ("#030303", "-"), SHADOW: ("#040404", (0, (3, 1.5)))}
_VARIABLES = {
    _INK: "var(--ink)",
    _GRID: "var(--grid)",
    **{color: f"var(--{role})" for role, (color, _) in _LINES.items()},
}
_NONE_OF_ITS_OWN = dict.fromkeys(("Date", "Creator", "Type", "Format"))
"""The metadata that Matplotlib must not write."""
_SIZE = (4.4, 2.3)
"""In inches. The page scales the chart to the available width."""
_DATES = {
    "formats": ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%H:%M:%S"],
    "zero_formats": ["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"],
    "offset_formats": ["", "%Y", "%Y", "%Y-%m-%d UTC", "%Y-%m-%d UTC", "%Y-%m-%d UTC"],
}
"""The formats of the axis, for ticks in years, months, days, hours, minutes and seconds."""
_SINGLE_POINTS = 40
"""Up to this number of periods, each value has a dot."""


def svg(chart: Chart, number: int) -> str:
    """``number``: the number of the chart in its page, because IDs must be unique in the page."""
    # Text stays text, so that it can be searched and has the font of the page.
    settings: dict[str, Any] = {"svg.fonttype": "none", "svg.hashsalt": f"chart-{number}", "font.size": 10}
    with rc_context(cast("Any", settings)):
        figure = Figure(figsize=_SIZE, layout="constrained")
        _draw(figure.add_subplot(), chart)
        out = io.BytesIO()
        figure.savefig(out, format="svg", transparent=True, metadata=_NONE_OF_ITS_OWN)
    return _for_a_page(out.getvalue().decode())


def _draw(axes: Axes, chart: Chart) -> None:
    starts = list(chart.asked.starts)
    dots = "o" if len(starts) <= _SINGLE_POINTS else ""
    for role, values in chart.lines.items():
        color, style = _LINES[role]
        axes.plot(
            cast("Any", starts),
            _with_gaps(values, chart.asked),
            color=color,
            linestyle=style,
            linewidth=1.6,
            marker=dots,
            markersize=3,
        )
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    locator = AutoDateLocator(tz=UTC, minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC, **_DATES))  # type: ignore[no-untyped-call]
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(colors=_INK, length=0)
    axes.tick_params(axis="x", pad=8)
    axes.xaxis.get_offset_text().set_color(_INK)
    axes.yaxis.get_offset_text().set_color(_INK)


def _with_gaps(values: Mapping[datetime, float], asked: Window) -> list[float]:
    """The values with gaps, so that the line breaks where there is no data, instead of going through zero."""
    return [values.get(instant, nan) for instant in asked.starts]


def _for_a_page(document: str) -> str:
    svg = document[document.index("<svg") :]
    # The IDs of groups repeat in each chart, and nothing refers to them.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, variable)
    return svg
