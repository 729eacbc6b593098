"""The sentences of a report, which all output formats share."""

from collections.abc import Iterator
from datetime import timedelta

from inference_experiment_handler.evidence.percentiles import samples_needed
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.gating.rendering.words import sentences
from shadowtest.reporting.measures import PERCENTILES
from shadowtest.reporting.metrics.values import NO_DATA, Value
from shadowtest.reporting.report import PRODUCTION, SHADOW, Comparison, Report, Variant

COLUMNS = ("", PRODUCTION, SHADOW, "shadow / production")


def title(report: Report) -> str:
    return f"{report.logical_id} of stack {report.stack}: experiment {report.experiment}"


def facts(report: Report) -> Iterator[str]:
    """The facts about the test, one sentence each."""
    yield f"Status: {': '.join(filter(None, (report.status, report.status_reason)))}."
    yield _time(report)
    yield f"The shadow variant gets {report.sampling} percent of the requests to endpoint {report.endpoint}."
    for role, variant in report.variants.items():
        yield f"{role.capitalize()}: {_variant(variant)}."


def verdict(report: Report) -> tuple[str, ...]:
    """The verdict on its gate, and then each criterion; nothing if there is no gate."""
    return sentences(report.gate) if report.gate is not None else ()


def explanations(report: Report) -> Iterator[str]:
    """How to read the numbers, one sentence each."""
    if report.window is not None:
        yield f"The numbers cover {_span(report.window)}."
    if report.percentile_window is not None:
        periods = report.percentile_window
        needed = ", ".join(f"{samples_needed(each):,} for a {each}" for each in PERCENTILES)
        yield (
            f"Percentiles: the median of periods of {duration(periods.period)}, from {_span(periods)}, and in "
            f"parentheses the lowest and the highest. Periods with too few requests are left out: it takes {needed}."
        )
    yield from report.notes


def row(comparison: Comparison) -> tuple[str, str, str, str]:
    return (
        name(comparison),
        value(comparison, comparison.production),
        value(comparison, comparison.shadow),
        ratio(comparison),
    )


def name(comparison: Comparison) -> str:
    if comparison.statistic == "total":
        return comparison.title
    return f"{comparison.title}, {'share of requests' if comparison.statistic == 'share' else comparison.statistic}"


def value(comparison: Comparison, told: Value) -> str:
    if told.number is None and told.count is None:
        return told.note or NO_DATA
    parts = [] if told.number is None else [quantity(told.number, comparison.unit)]
    if told.count is not None:
        parts.append(f"({told.count:,.0f})")
    elif told.lowest is not None and told.highest is not None and told.periods != 1:
        parts.append(f"({number(told.lowest)} to {number(told.highest)})")
    elif told.highest is not None and told.periods is None:
        parts.append(f"(highest {number(told.highest)})")
    return " ".join(parts) + (f", {told.note}" if told.note else "")


def ratio(comparison: Comparison) -> str:
    return f"{comparison.ratio:.2f}" if comparison.ratio is not None else "-"


def quantity(amount: float, unit: str) -> str:
    return f"{number(amount)} {unit}" if unit else f"{amount:,.0f}"


def number(amount: float) -> str:
    """Rounded to the significant digits."""
    decimals = 0 if amount >= 1000 else 1 if amount >= 10 else 2
    return f"{amount:,.{decimals}f}" if amount else "0"


def duration(seconds: int) -> str:
    """In the greatest unit that gives a whole number."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            amount = seconds // length
            return f"{amount} {unit}{'s' if amount > 1 else ''}"
    raise AssertionError(f"periods of {seconds} seconds are never asked for")


def _time(report: Report) -> str:
    if report.start is None:
        return "The start time of the test is not known."
    if report.end is None:
        return f"Start: {iso_instant(report.start)}."
    return f"From {iso_instant(report.start)} to {iso_instant(report.end)}, {_rounded(report.end - report.start)}."


def _rounded(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"


def _span(asked: Window) -> str:
    return f"{iso_instant(asked.start)} to {iso_instant(asked.end)}"


def _variant(variant: Variant) -> str:
    return f"variant {variant.name}, model {variant.model}, {variant.instance_count} x {variant.instance_type}"
