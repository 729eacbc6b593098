"""docs/dashboard.png shows the current dashboard completely."""

import math
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.support.cloudwatch import Dashboard
from tests.support.dashboard_picture import (
    BODY,
    EPOCHS,
    MOMENTS,
    PICTURE,
    draw,
    fingerprint,
    sample_dashboard,
    sample_data,
)


@pytest.fixture(scope="module")
def dashboard() -> Dashboard:
    return sample_dashboard()


@pytest.fixture(scope="module")
def figure(dashboard: Dashboard) -> Figure:
    return draw(dashboard, sample_data(), MOMENTS)


def test_the_picture_is_of_todays_dashboard(dashboard: Dashboard) -> None:
    with Image.open(PICTURE) as picture:
        assert picture.info[BODY] == fingerprint(dashboard), "run python -m tests.support.dashboard_picture"
    assert PICTURE.stat().st_size < 150_000


def test_every_graph_is_drawn_in_its_place(dashboard: Dashboard, figure: Figure) -> None:
    assert [axes.get_title(loc="left") for axes in figure.axes] == [graph.title for graph in dashboard.graphs]
    rows = max(widget["y"] + widget["height"] for widget in dashboard.widgets)
    for axes, graph in zip(figure.axes, dashboard.graphs, strict=True):
        x, y, width, height = (graph.widget[name] for name in ("x", "y", "width", "height"))
        box = axes.get_position()
        assert x < box.x0 * 24 < box.x1 * 24 < x + width
        assert y < (1 - box.y1) * rows < (1 - box.y0) * rows < y + height


def test_every_metric_is_drawn_with_its_values_and_in_the_legend(dashboard: Dashboard, figure: Figure) -> None:
    for axes, graph in zip(figure.axes, dashboard.graphs, strict=True):
        lines = graph.lines(sample_data(), EPOCHS)
        annotated = [each["label"] for each in graph.properties["annotations"].get("horizontal", [])]

        drawn = {str(line.get_label()): np.asarray(line.get_ydata(), float) for line in axes.get_lines()}
        for line in lines:
            values = [value for value in line.values if value is not None]
            assert values, f"{graph.title}: {line.label} has no sample values"
            assert [value for value in drawn[line.label] if not math.isnan(value)] == values
        legend = axes.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == [*(line.label for line in lines), *annotated]


def test_the_limits_of_the_gate_are_drawn_as_lines_in_view(figure: Figure) -> None:
    limits = {
        axes.get_title(loc="left"): [
            np.asarray(line.get_ydata(), float).tolist() for line in axes.get_lines() if "gate" in str(line.get_label())
        ]
        for axes in figure.axes
    }

    assert {title: drawn for title, drawn in limits.items() if drawn} == {
        "Model latency, p99": [[200, 200]],
        "Model latency, shadow / production": [[1.25, 1.25]],
        "Model errors": [[3, 3]],
        "Model errors, shadow - production": [[1, 1]],
    }
    for axes in figure.axes:
        bottom, top = axes.get_ylim()
        assert all(bottom < value < top for (value, _) in limits[axes.get_title(loc="left")])


def test_every_legend_is_on_one_line(figure: Figure) -> None:
    for axes in figure.axes:
        legend = axes.get_legend()
        assert legend is not None
        assert len({text.get_window_extent().y0 for text in legend.get_texts()}) == 1
        assert legend.get_window_extent().x1 <= axes.get_window_extent().x1


def test_start_and_end_are_drawn_in_every_graph(figure: Figure) -> None:
    for axes in figure.axes:
        assert {"start", "end"} <= {text.get_text() for text in axes.texts}


def test_the_text_is_drawn(dashboard: Dashboard, figure: Figure) -> None:
    written = " ".join(text.get_text() for text in figure.texts)

    shown = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", dashboard.text)
    for word in shown.replace("|", " ").replace("---", " ").replace("##", " ").split():
        assert word in written


def test_numbers_and_alarms_are_drawn(dashboard: Dashboard, figure: Figure) -> None:
    written = [text.get_text() for text in figure.texts]

    # 16 of the 36 hours are left.
    assert written[written.index("Time left") :][:3] == ["Time left", "16", "hours left"]
    assert written[written.index("Requests so far") :][2::2][:2] == ["production", "shadow"]
    (alarms,) = (widget["properties"]["alarms"] for widget in dashboard.widgets if widget["type"] == "alarm")
    assert set(alarms) == {"EndsSoon", "ShadowFails", "ShadowIsSlow", "ShadowGetsNothing"} <= set(written)
