"""The queries that a report needs for both variants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inference_experiment_handler.evidence.queries import REQUESTS, Query
from shadowtest.reporting.measures import ERRORS, INVOCATIONS, LATENCIES, PERCENTILES, UTILISATION, Measure

SUM, COUNT, MAXIMUM = "Sum", "SampleCount", "Maximum"


@dataclass(frozen=True)
class Subject:
    """The endpoint, and its variants by their roles."""

    endpoint_name: str
    variants: Mapping[str, str]

    def query(self, role: str, namespace: str, metric_name: str, statistic: str) -> Query:
        return Query.of_variant(self.endpoint_name, self.variants[role], metric_name, statistic, namespace=namespace)

    def requests(self, role: str) -> Query:
        return self.query(role, REQUESTS, INVOCATIONS, SUM)

    def of(self, role: str, measure: Measure, statistic: str) -> Query:
        return self.query(role, measure.namespace, measure.metric_name, statistic)


def totals(subject: Subject) -> list[Query]:
    """The queries for totals and averages over the whole test."""
    return [query for role in subject.variants for query in _totals(subject, role)]


def percentiles(subject: Subject) -> list[Query]:
    """The queries for latencies, and for the number of requests behind each of them."""
    return [
        subject.of(role, measure, statistic)
        for role in subject.variants
        for measure in LATENCIES
        for statistic in (*PERCENTILES, COUNT)
    ]


def _totals(subject: Subject, role: str) -> Iterator[Query]:
    yield subject.requests(role)
    for measure in ERRORS:
        yield subject.of(role, measure, SUM)
    for measure in UTILISATION:
        for statistic in (SUM, COUNT, MAXIMUM):
            yield subject.of(role, measure, statistic)
