"""Draws docs/dashboard.png: the dashboard that the construct renders, with invented values, as the console lays it out.

    .venv/bin/python -m tests.support.dashboard_picture

Everything but the values comes from the dashboard's body: places, titles, lines, legends, axes, annotations. It is with
the tests because it draws what their ``cloudwatch`` calculates, and because a test says when the picture is outdated.
"""

import hashlib
import io
import json
import math
import random
import re
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aws_cdk import App, Duration, Stack, aws_iam
from aws_cdk.assertions import Template
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import ConciseDateFormatter, HourLocator
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local.cloudwatch.metric_math import Series
from sagemaker_inference_experiment import (
    Criterion,
    Gate,
    InferenceExperiment,
    ModelVariant,
    Schedule,
    ShadowTestDashboard,
)
from tests.support.cloudwatch import Dashboard, Data, Graph, Stat

PICTURE = Path(__file__).parents[2] / "docs" / "dashboard.png"
BODY = "Dashboard body"
START, END = datetime(2030, 1, 7, 6, tzinfo=UTC), datetime(2030, 1, 8, 18, tzinfo=UTC)
PERIOD, AROUND = timedelta(minutes=5), timedelta(hours=6)
TAKEN = START + timedelta(hours=20)
"""When the picture is taken, for the numbers and the states of alarms."""
MOMENTS = [START - AROUND + i * PERIOD for i in range((END - START + 2 * AROUND) // PERIOD)]
EPOCHS = [moment.timestamp() for moment in MOMENTS]

_COLUMN, _ROW = 0.75, 0.53
"""Inches of the console's grid, about as wide to high as there."""
_GREY = "#687078"


def sample_dashboard() -> Dashboard:
    """The dashboard of a test that may be promoted if a gate holds."""
    stack = Stack(App(), "Shop")
    experiment = InferenceExperiment(
        stack,
        "ShadowTest",
        endpoint="shop-ranking",
        role=aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")),
        production_variant=ModelVariant(
            model="ranking-2024", variant_name="AllTraffic", instance_type="ml.m5.xlarge", instance_count=2
        ),
        shadow_variant=ModelVariant(model="ranking-2025", variant_name="Shadow-01", instance_type="ml.m5.xlarge"),
        sampling_percentage=10,
        schedule=Schedule.start_at(START, until=END),
        promote_if=Gate(
            criteria=[
                Criterion.traffic(min_invocations=100_000),
                Criterion.latency(statistic="p99", max=Duration.millis(200), max_ratio=1.25),
                Criterion.error_rate(max=3, max_increase=1),
            ]
        ),
    )
    alarms = [
        experiment.alarm_ends_soon(stack, "EndsSoon", before=Duration.hours(12)),
        experiment.alarm_shadow_error_rate(stack, "ShadowFails"),
        experiment.alarm_shadow_latency(stack, "ShadowIsSlow", threshold=1.5, statistic="p99"),
        experiment.alarm_shadow_traffic(stack, "ShadowGetsNothing"),
    ]
    ShadowTestDashboard(stack, "Dashboard", experiment=experiment, alarms=alarms)
    (resource,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    references = {stack.resolve(experiment.experiment_name)["Ref"]: "shop-shadowtest-1f0c9d"}
    for alarm in alarms:
        references[".".join(stack.resolve(alarm.alarm_arn)["Fn::GetAtt"])] = alarm.node.id
    return Dashboard(resource["Properties"], references)


def sample_data() -> Data:
    """Invented values: a shadow that is quicker on the whole, slower at its slowest, and fails for an hour."""
    return _sample


def _sample(stat: Stat) -> Series:
    chance = random.Random(f"{stat}")
    shadow = stat.variant_name.startswith("Shadow")
    return [
        None if shadow and not START <= moment < END else _value(stat, shadow, moment, chance) for moment in MOMENTS
    ]


def _value(stat: Stat, shadow: bool, moment: datetime, chance: random.Random) -> float:
    hour = moment.hour + moment.minute / 60
    load = 0.65 - 0.35 * math.cos((hour - 3) / 24 * math.tau)
    production = 6000 * load
    requests = (production / 10 if shadow else production) * chance.gauss(1, 0.02)
    failing = 4.0 if shadow and START + timedelta(hours=9) <= moment < START + timedelta(hours=10) else 0.0
    fraction = {
        "Invocation4XXErrors": 0.6,
        "Invocation5XXErrors": 0.1 + failing,
        "InvocationModelErrors": 0.8 + failing,
    }
    slower = {"p50": 0.85, "p90": 0.95, "p99": 1.15}
    latency = {"p50": 38_000, "p90": 71_000, "p99": 118_000, "Average": 6_500}
    if stat.metric_name == "Invocations":
        return round(requests)
    if stat.metric_name == "InvocationsPerInstance":
        return requests if shadow else requests / 2
    if stat.metric_name in fraction:
        return round(requests * fraction[stat.metric_name] / 100 * chance.gauss(1, 0.15))
    if stat.metric_name in ("ModelLatency", "OverheadLatency"):
        usual = latency[stat.statistic] * (slower.get(stat.statistic, 1) if shadow else 1)
        return usual * (1 + 0.15 * load) * chance.gauss(1, 0.03)
    if stat.statistic == "SampleCount":
        return PERIOD / timedelta(minutes=1)
    usual = {"CPUUtilization": 40 + 190 * load, "MemoryUtilization": 34.0, "DiskUtilization": 12.0}[stat.metric_name]
    return (
        usual
        * (0.45 if shadow and stat.metric_name == "CPUUtilization" else 1.2 if shadow else 1)
        * chance.gauss(1, 0.01)
    )


def draw(dashboard: Dashboard, data: Data, moments: list[datetime]) -> Figure:
    """The dashboard as a figure: axes labelled with the widgets' titles, one for each graph."""
    columns = max(widget["x"] + widget["width"] for widget in dashboard.widgets)
    rows = max(widget["y"] + widget["height"] for widget in dashboard.widgets)
    figure = Figure(figsize=(columns * _COLUMN, rows * _ROW), facecolor="#eaeded")
    FigureCanvasAgg(figure)
    for widget in dashboard.widgets:
        left, bottom = widget["x"] / columns, 1 - (widget["y"] + widget["height"]) / rows
        width, height = widget["width"] / columns, widget["height"] / rows
        gap_x, gap_y = 0.05 / (columns * _COLUMN), 0.05 / (rows * _ROW)
        card = (left + gap_x, bottom + gap_y, width - 2 * gap_x, height - 2 * gap_y)
        figure.add_artist(Rectangle(card[:2], card[2], card[3], facecolor="white", edgecolor="#d5dbdb", zorder=-1))
        inches = (widget["width"] * _COLUMN, widget["height"] * _ROW)
        if widget["type"] == "text":
            _write(figure, card, inches, widget["properties"]["markdown"])
        elif widget["type"] == "alarm":
            _states(figure, card, inches, widget["properties"])
        elif widget["properties"]["view"] == "singleValue":
            _numbers(figure, card, inches, Graph(widget), data)
        else:
            inner = (
                card[0] + card[2] * 0.62 / inches[0],
                card[1] + card[3] * 0.72 / inches[1],
                card[2] * (1 - 0.85 / inches[0]),
                card[3] * (1 - 1.35 / inches[1]),
            )
            _graph(figure.add_axes(inner), Graph(widget), data, moments, inches)
    return figure


def _graph(axes: Axes, graph: Graph, data: Data, moments: list[datetime], inches: tuple[float, float]) -> None:
    axes.set_label(graph.title)
    axes.set_title(graph.title, loc="left", fontsize=10, fontweight="bold", pad=20, x=-0.42 / (inches[0] - 0.85))
    axes.margins(y=0.25)
    axis: Mapping[str, Any] = graph.properties["yAxis"]["left"]
    axes.annotate(
        axis["label"],
        (0, 1),
        xytext=(-30, 8),
        xycoords="axes fraction",
        textcoords="offset points",
        color=_GREY,
        size=8,
    )
    lines = graph.lines(data, EPOCHS)
    for line in lines:
        values = [math.nan if value is None else value for value in line.values]
        axes.plot(moments, values, color=line.color, label=line.label, linewidth=1.1)  # type: ignore[arg-type]
    axes.set_xlim(moments[0], moments[-1])  # type: ignore[arg-type]
    annotations = graph.properties.get("annotations", {})
    for each in annotations.get("horizontal", []):
        axes.axhline(each["value"], color=each["color"], linewidth=1, linestyle=(0, (5, 3)), label=each["label"])
    for each in annotations.get("vertical", []):
        _vertical(axes, each, moments)
    if "min" in axis:
        axes.set_ylim(bottom=axis["min"])
    axes.tick_params(labelsize=8, colors=_GREY, length=2)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#eaeded")
    hours = HourLocator(byhour=(0, 6, 12, 18))  # type: ignore[no-untyped-call]  # not in its stubs
    axes.xaxis.set_major_locator(hours)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(hours, show_offset=False))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(lambda value, _: _short(value))
    axes.locator_params(axis="y", nbins=5)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(-0.45 / inches[0], -0.14),
        ncols=5,
        fontsize=8,
        frameon=False,
        handlelength=1,
        columnspacing=1.2,
    )


def _vertical(axes: Axes, annotation: Mapping[str, Any], moments: list[datetime]) -> None:
    when = datetime.fromisoformat(annotation["value"])
    axes.axvline(when, color=annotation["color"], linewidth=1)  # type: ignore[arg-type]
    outside = (moments[0], when) if annotation["fill"] == "before" else (when, moments[-1])
    axes.axvspan(*outside, color=annotation["color"], alpha=0.12, linewidth=0)  # type: ignore[arg-type]
    axes.annotate(
        annotation["label"],
        (when, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, -9),
        textcoords="offset points",
        size=8,
        color=_GREY,
    )


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if abs(value) >= 1000 else f"{value:g}"


def _write(figure: Figure, card: tuple[float, ...], inches: tuple[float, float], markdown: str) -> None:
    """A heading, tables and sentences: what the dashboard's text consists of."""
    x, y = card[0] + card[2] * 0.2 / inches[0], card[1] + card[3]
    inch = card[3] / inches[1]
    lines = markdown.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("## "):
            y -= 0.45 * inch
            figure.text(x, y, line.removeprefix("## "), size=15, fontweight="bold")
        elif line.startswith("| ---"):
            continue
        elif line.startswith("|"):
            y -= 0.35 * inch
            weight = "bold" if following.startswith("| ---") else "normal"
            for number, cell in enumerate(line[2:-2].split(" | ")):
                figure.text(x + number * card[2] * 0.25, y, cell.strip(), size=10, fontweight=weight)
        elif line:
            # The console breaks lines, and shows a link by its name.
            shown = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", line)
            for part in textwrap.wrap(shown, 95):
                y -= 0.3 * inch
                figure.text(x, y, part, size=10, color=_GREY)
        else:
            y -= 0.12 * inch


def _numbers(figure: Figure, card: tuple[float, ...], inches: tuple[float, float], graph: Graph, data: Data) -> None:
    """The latest values side by side, each with its label."""
    inch = card[3] / inches[1]
    x, top = card[0] + card[2] * 0.2 / inches[0], card[1] + card[3]
    figure.text(x, top - 0.35 * inch, graph.title, size=10, fontweight="bold")
    lines = graph.lines(data, EPOCHS)
    for number, line in enumerate(lines):
        values = [value for value, moment in zip(line.values, MOMENTS, strict=True) if moment <= TAKEN]
        latest = next(value for value in reversed(values) if value is not None)
        at = x + number * card[2] / len(lines)
        figure.text(at, top - 1.6 * inch, f"{latest:,.4g}" if latest < 1000 else f"{latest:,.0f}", size=20)
        figure.text(at, top - 2.0 * inch, line.label, size=10, color=_GREY)


def _states(
    figure: Figure, card: tuple[float, ...], inches: tuple[float, float], properties: Mapping[str, Any]
) -> None:
    """Each alarm in the color of its state. In the sample, the first one rings."""
    inch = card[3] / inches[1]
    x, top = card[0] + card[2] * 0.2 / inches[0], card[1] + card[3]
    figure.text(x, top - 0.35 * inch, properties["title"], size=10, fontweight="bold")
    alarms = properties["alarms"]
    share = card[2] / len(alarms)
    for number, name in enumerate(alarms):
        color = "#d13212" if number == 0 else "#1d8102"
        at = (x + number * share, top - 1.3 * inch)
        figure.add_artist(Rectangle(at, share * 0.9, 0.7 * inch, facecolor=color, edgecolor="none"))
        figure.text(at[0] + share * 0.03, at[1] + 0.27 * inch, name, size=10, color="white")


def fingerprint(dashboard: Dashboard) -> str:
    """Tells whether a picture is of this dashboard."""
    return hashlib.sha256(json.dumps(dashboard.widgets, sort_keys=True).encode()).hexdigest()


def main() -> None:
    dashboard = sample_dashboard()
    figure = draw(dashboard, sample_data(), MOMENTS)
    png = io.BytesIO()
    figure.savefig(png, dpi=72)
    told = PngInfo()
    told.add_text(BODY, fingerprint(dashboard))
    Image.open(png).convert("RGB").quantize(96).save(PICTURE, optimize=True, pnginfo=told)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
