"""The call to CloudWatch."""

from collections.abc import Iterator, Sequence
from typing import Any

from inference_experiment_handler.evidence.queries import Query, calls
from inference_experiment_handler.evidence.series import Measured, measured
from inference_experiment_handler.evidence.windows import Window


def read(cloudwatch: Any, queries: Sequence[Query], asked: Window) -> Measured:
    """Asks all queries, and reads every page of the answers."""
    return measured(queries, asked, _pages(cloudwatch, queries, asked))


def _pages(cloudwatch: Any, queries: Sequence[Query], asked: Window) -> Iterator[dict[str, Any]]:
    for arguments in calls(queries, asked):
        yield from cloudwatch.get_paginator("get_metric_data").paginate(**arguments)
