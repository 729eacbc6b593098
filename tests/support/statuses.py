"""What the state machine can't be brought to report: statuses that are none of the service model, and answers without
what is optional in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.support.stack import Stack


@contextmanager
def reported_without(stack: Stack, method: str, member: str, *, until: datetime | None = None) -> Iterator[None]:
    """What that method of the client answers lacks a member, down to the entries of its lists."""
    client: Any = stack.ports.sagemaker()
    answer = getattr(client, method)

    def without(value: Any) -> Any:
        if isinstance(value, list):
            return [without(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {key: without(each) for key, each in value.items() if key != member}

    def reported(**asked: Any) -> Any:
        passed = until is not None and stack.clock.now() >= until
        return answer(**asked) if passed else without(answer(**asked))

    setattr(client, method, reported)
    try:
        yield
    finally:
        delattr(client, method)


@contextmanager
def reported_as(stack: Stack, status: str, *, until: datetime | None = None, name: str | None = None) -> Iterator[None]:
    """DescribeInferenceExperiment reports that status for an experiment (``None``: for each), whatever it is."""
    client: Any = stack.ports.sagemaker()
    describe = client.describe_inference_experiment

    def reported(**asked: Any) -> dict[str, Any]:
        answer: dict[str, Any] = describe(**asked)
        passed = until is not None and stack.clock.now() >= until
        return answer if passed or name not in (None, asked["Name"]) else answer | {"Status": status}

    client.describe_inference_experiment = reported
    try:
        yield
    finally:
        del client.describe_inference_experiment


@contextmanager
def shown_late(stack: Stack, *methods: str, until: datetime) -> Iterator[None]:
    """Until then, these methods of the client repeat their first answer, as if nothing had changed since."""
    client: Any = stack.ports.sagemaker()

    def late(method: str) -> Any:
        answer = getattr(client, method)
        first: list[Any] = []

        def reported(**asked: Any) -> Any:
            if not first or stack.clock.now() >= until:
                first[:] = [answer(**asked)]
            return first[0]

        return reported

    for method in methods:
        setattr(client, method, late(method))
    try:
        yield
    finally:
        for method in methods:
            delattr(client, method)
