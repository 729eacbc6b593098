"""The metrics as comparisons of both variants, and as charts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from inference_experiment_handler.evidence.series import Measured
from shadowtest.reporting.measures import ERRORS, INVOCATIONS, LATENCIES, PERCENTILES, UTILISATION, Measure
from shadowtest.reporting.metrics.percentiles import percentile
from shadowtest.reporting.metrics.totals import average, count, share
from shadowtest.reporting.metrics.values import Value
from shadowtest.reporting.questions import COUNT, MAXIMUM, SUM, Subject
from shadowtest.reporting.report import PRODUCTION, SHADOW, Chart, Comparison


def of_requests(subject: Subject, totals: Measured) -> Comparison:
    values = {role: count(totals.of(subject.requests(role))) for role in subject.variants}
    return Comparison(INVOCATIONS, "Requests", "total", "", values[PRODUCTION], values[SHADOW])


def of_latencies(subject: Subject, measured: Measured) -> Iterator[Comparison]:
    for measure in LATENCIES:
        for statistic in PERCENTILES:

            def value(role: str, measure: Measure = measure, statistic: str = statistic) -> Value:
                values, counts = (measured.of(subject.of(role, measure, each)) for each in (statistic, COUNT))
                return _scaled(percentile(statistic, values, counts), measure)

            yield _compared(measure, statistic, value)


def of_errors(subject: Subject, totals: Measured) -> Iterator[Comparison]:
    for measure in ERRORS:

        def value(role: str, measure: Measure = measure) -> Value:
            return share(totals.of(subject.of(role, measure, SUM)), totals.of(subject.requests(role)))

        yield _compared(measure, "share", value)


def of_utilisation(subject: Subject, totals: Measured) -> Iterator[Comparison]:
    for measure in UTILISATION:

        def value(role: str, measure: Measure = measure) -> Value:
            return average(*(totals.of(subject.of(role, measure, each)) for each in (SUM, COUNT, MAXIMUM)))

        comparison = _compared(measure, "average", value)
        if "GPU" not in measure.title or any(each.number is not None for each in _both(comparison)):
            yield comparison


def charts(subject: Subject, totals: Measured, latencies: Measured | None) -> Iterator[Chart]:
    """The measures over time. A chart without any value is omitted."""
    made = [_requests_chart(subject, totals)]
    if latencies is not None:
        made += [_latency_chart(subject, latencies, statistic) for statistic in ("p50", "p99")]
    made += [_average_chart(subject, totals, measure) for measure in UTILISATION]
    return (chart for chart in made if any(chart.lines.values()))


def _compared(measure: Measure, statistic: str, value: Callable[[str], Value]) -> Comparison:
    values = (value(PRODUCTION), value(SHADOW))
    return Comparison(measure.metric_name, measure.title, statistic, measure.unit, *values)


def _both(comparison: Comparison) -> tuple[Value, Value]:
    return comparison.production, comparison.shadow


def _scaled(value: Value, measure: Measure) -> Value:
    def scaled(number: float | None) -> float | None:
        return number / measure.scale if number is not None else None

    return replace(value, number=scaled(value.number), lowest=scaled(value.lowest), highest=scaled(value.highest))


def _requests_chart(subject: Subject, totals: Measured) -> Chart:
    per_minute = totals.asked.period / 60
    lines = {
        role: {at: each / per_minute for at, each in totals.of(subject.requests(role)).points.items()}
        for role in subject.variants
    }
    return Chart("Requests per minute", "", totals.asked, lines)


def _latency_chart(subject: Subject, measured: Measured, statistic: str) -> Chart:
    measure = LATENCIES[0]
    lines = {
        role: {
            at: each / measure.scale for at, each in measured.of(subject.of(role, measure, statistic)).points.items()
        }
        for role in subject.variants
    }
    return Chart(f"{measure.title} {statistic}", measure.unit, measured.asked, lines)


def _average_chart(subject: Subject, totals: Measured, measure: Measure) -> Chart:
    def line(role: str) -> Mapping[datetime, float]:
        sums, counts = (totals.of(subject.of(role, measure, each)).points for each in (SUM, COUNT))
        return {at: each / counts[at] for at, each in sums.items() if counts.get(at)}

    return Chart(measure.title, measure.unit, totals.asked, {role: line(role) for role in subject.variants})
