"""Makes the report of a live test."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from inference_experiment_handler.evidence.percentiles import samples_needed
from inference_experiment_handler.evidence.series import Measured
from inference_experiment_handler.evidence.windows import PERIODS, Window, kept_since, overview, shortest_with
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.live_tests import LiveTest
from shadowtest.reporting.comparisons import charts, of_errors, of_latencies, of_requests, of_utilisation
from shadowtest.reporting.measures import PERCENTILES
from shadowtest.reporting.metrics.reading import read
from shadowtest.reporting.questions import Subject, percentiles, totals
from shadowtest.reporting.report import PRODUCTION, SHADOW, Report, Variant

NOT_STARTED = "The test has not started, so there is nothing to compare."
NOT_COMPLETE_YET = "The test has run too briefly: no period of its metrics is complete."
TOO_OLD = "CloudWatch no longer has data for the time of this test."


def reports_of(aws: Aws, tests: Sequence[LiveTest]) -> tuple[list[Report], list[str]]:
    """The report of each test, and why some metrics could not be read, one line each. The reports also say so."""
    cloudwatch = aws.client("cloudwatch")
    made = attempt_each(
        aws,
        lambda test: report_of(test, cloudwatch),
        tests,
        named=lambda test: f"the metrics of experiment {test.experiment.name}",
    )
    reports = [
        replace(_without_metrics(test), notes=(f"The metrics can't be read: {report.why}",))
        if isinstance(report, Failure)
        else report
        for test, report in zip(tests, made, strict=True)
    ]
    return reports, failures_in_words((each for each in made if isinstance(each, Failure)), len(tests))


def report_of(test: LiveTest, cloudwatch: Any) -> Report:
    """Reads CloudWatch twice, because the number of requests determines the period of the percentiles."""
    experiment, now, report = test.experiment, test.seen, _without_metrics(test)
    start, end = experiment.start, experiment.concluded or now
    if start is None or not experiment.ran or experiment.coming_up or start >= now:
        return replace(report, notes=(NOT_STARTED,))
    asked = overview(start, end, now)
    if asked is None:
        return replace(report, notes=(TOO_OLD if end <= kept_since(start, now) else NOT_COMPLETE_YET,))
    subject = Subject(
        experiment.endpoint_name, {PRODUCTION: experiment.production_name, SHADOW: experiment.shadow_name}
    )
    counted = read(cloudwatch, totals(subject), asked)
    period_of_percentiles = _of_percentiles(subject, counted, start, end, now)
    latencies = read(cloudwatch, percentiles(subject), period_of_percentiles)
    return replace(
        report,
        window=asked,
        percentile_window=latencies.asked,
        comparisons=(
            of_requests(subject, counted),
            *of_latencies(subject, latencies),
            *of_errors(subject, counted),
            *of_utilisation(subject, counted),
        ),
        charts=tuple(charts(subject, counted, latencies)),
        notes=tuple(_notes(start, now, counted, latencies)),
    )


def _of_percentiles(subject: Subject, counted: Measured, start: datetime, end: datetime, now: datetime) -> Window:
    """The shortest periods in which both variants, at their usual rate, get enough requests for each percentile."""
    needed = max(map(samples_needed, PERCENTILES))
    sums = [counted.of(subject.requests(role)).total or 0 for role in subject.variants]
    seconds = counted.asked.length * counted.asked.period

    def enough(periods: Window) -> bool:
        return all(each * periods.period / seconds >= needed for each in sums)

    found = shortest_with(enough, start, end, now, at_least=counted.asked.period, at_most=PERIODS[-1])
    return found or counted.asked


def _notes(start: datetime, now: datetime, *answers: Measured) -> list[str]:
    notes = list(dict.fromkeys(f"CloudWatch says: {each}" for answer in answers for each in answer.messages))
    kept = kept_since(start, now)
    if kept > start:
        notes.append(f"CloudWatch has no data from before {iso_instant(kept)}.")
    return notes


def _without_metrics(test: LiveTest) -> Report:
    experiment = test.experiment
    roles = {PRODUCTION: experiment.production_name, SHADOW: experiment.shadow_name}
    return Report(
        stack=test.stack,
        logical_id=test.logical_id,
        experiment=experiment.name,
        status=experiment.status,
        status_reason=experiment.status_reason,
        endpoint=experiment.endpoint_name,
        sampling=experiment.sampling_percentage,
        variants={
            role: Variant(name, each.model_name, each.instance_type, each.instance_count)
            for role, name, each in (
                (role, name, experiment.variants[name]) for role, name in roles.items() if name in experiment.variants
            )
        },
        start=experiment.start,
        end=experiment.concluded,
    )
