"""The page, in a real browser: from the disk, without a network, in light and dark, on a desk and on a phone."""

import re
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from local.sagemaker.traffic import Performance
from shadowtest.reporting import rendering
from tests.support.browser import looked
from tests.support.report_scene import Scene

VIEWS = ("light", "dark", "light-phone", "dark-phone")
READABLE = 9.0
"""In CSS pixels, the least height of a line of text."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser tells of the page. Its screenshots are kept in .cache/artefacts."""
    short, long = Scene(), Scene()
    short.runs(timedelta(hours=2), per_minute=600)
    long.runs(
        timedelta(days=7),
        per_minute=1200,
        champion=Performance(latency_ms=40, gpu=55),
        challenger=Performance(latency_ms=55, errors_5xx=0.01, cpu=45, gpu=70),
    )
    # Production's line has a gap.
    long.goes_on(timedelta(days=1))
    page = tmp_path_factory.mktemp("page") / "report.html"
    page.write_text(rendering.document([short.report(), long.report()]).rendered("html"))
    seen = looked(Path(__file__).with_name("look.mjs"), page, "report")
    return seen | {"page": page.as_uri()}


def test_it_needs_nothing_but_itself(told: dict[str, Any]) -> None:
    assert told["complaints"] == []
    assert set(told["requested"]) == {told["page"]}


@pytest.mark.parametrize("view", VIEWS)
def test_each_chart_is_drawn(told: dict[str, Any], view: str) -> None:
    charts = told["views"][view]["charts"]

    assert [chart["title"] for chart in charts] == [
        *("Requests per minute", "Model latency p50", "Model latency p99", "CPU", "Memory"),
        *("Requests per minute", "Model latency p50", "Model latency p99", "CPU", "Memory", "GPU", "GPU memory"),
    ]
    for chart in charts:
        assert chart["width"] > 250
        assert chart["height"] > 120
        production, shadow = chart["lines"]["production"], chart["lines"]["shadow"]
        for line in (production, shadow):
            assert line["width"] > chart["width"] / 2
            assert inside(line, chart)
            assert contrast(line["stroke"], chart["background"]) >= 3
        assert production["stroke"] != shadow["stroke"]
        assert production["dashes"] == "none" != shadow["dashes"]


@pytest.mark.parametrize("view", VIEWS)
def test_the_text_of_the_charts_is_readable(told: dict[str, Any], view: str) -> None:
    for chart in told["views"][view]["charts"]:
        assert len(chart["texts"]) >= 5
        for text in chart["texts"]:
            assert text["height"] >= READABLE, text
            assert inside(text, chart), (chart["title"], text)
            assert contrast(text["color"], chart["background"]) >= 4.5
        for one, other in combinations(chart["texts"], 2):
            assert not overlap(one, other), (chart["title"], one, other)


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_fits_and_can_be_read(told: dict[str, Any], view: str) -> None:
    seen = told["views"][view]

    assert not seen["overflows"]
    assert any("Model latency, p99" in each["text"] for each in seen["sentences"])
    assert [each for each in seen["sentences"] if contrast(each["color"], each["background"]) < 4.5] == []


def inside(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    return bool(
        inner["x"] >= outer["x"] - 1
        and inner["y"] >= outer["y"] - 1
        and inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
        and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1
    )


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    apart = (
        one["x"] + one["width"] <= other["x"]
        or other["x"] + other["width"] <= one["x"]
        # A line of text is higher than its letters.
        or one["y"] + 0.8 * one["height"] <= other["y"]
        or other["y"] + 0.8 * other["height"] <= one["y"]
    )
    return not apart


def contrast(color: str, background: str) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(color), luminance(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    channels = [int(each) / 255 for each in re.findall(r"\d+", color)[:3]]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
