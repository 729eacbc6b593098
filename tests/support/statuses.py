"""Statuses that are none of the service model, so that the state machine can't be brought to report them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.support.stack import Stack


@contextmanager
def reported_as(stack: Stack, status: str, *, until: datetime | None = None) -> Iterator[None]:
    """DescribeInferenceExperiment reports that status, whatever the experiment's is."""
    client: Any = stack.ports.sagemaker()
    describe = client.describe_inference_experiment

    def reported(**asked: Any) -> dict[str, Any]:
        answer: dict[str, Any] = describe(**asked)
        passed = until is not None and stack.clock.now() >= until
        return answer if passed else answer | {"Status": status}

    client.describe_inference_experiment = reported
    try:
        yield
    finally:
        del client.describe_inference_experiment
