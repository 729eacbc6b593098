"""The limits of a request's cost, which hold with every fault."""

from collections.abc import Iterator, Sequence

from campaign.cloudformation import Request
from campaign.function import FURTHER_TAGS, Function, Run
from inference_experiment_handler.client import CLOUDFORMATION

LIFETIME = 3 * 3600
"""Seconds: the hour that CloudFormation waits, and two hours in which the handler may still clean up."""
CALLS_A_LOOK = 12
CALLS_BESIDES = 60
CALLS_OF_A_NO_OP = 4
"""For the experiment and its tags and, if it is at rest, the endpoint and its configuration, which others may change.
"""
TAG_PAGES = 25
"""Further pages for each list of tags: a resource has at most 50 tags, and a simulated page has at least two."""
PAYLOAD = 24_000
"""Bytes. Lambda accepts 256 KiB."""


def exceeded(function: Function, requests: Sequence[Request], poll_seconds: float) -> Iterator[str]:
    for request in requests:
        runs = function.of(request.id)
        for run in runs:
            most = CALLS_BESIDES + CALLS_A_LOOK * run.seconds / poll_seconds
            made = [call for call in run.calls if call != FURTHER_TAGS]
            if len(made) > most:
                yield f"{request.id} made {len(made)} calls in {run.seconds:.0f} s"
            pages = len(run.calls) - len(made)
            if pages > TAG_PAGES * made.count("ListTags"):
                yield f"{request.id} read {pages} further pages in {made.count('ListTags')} lists of tags"
            if run.handovers > 1:
                yield f"{request.id} was handed over {run.handovers} times by one invocation"
            if run.size > PAYLOAD:
                yield f"{request.id} was handed over in {run.size} bytes"
        highest = 1 + LIFETIME / (function.timeout.total_seconds() - 60)
        if any(run.generation > highest for run in runs):
            yield f"{request.id} was handed over {max(run.generation for run in runs)} times"


def first_calls(runs: Sequence[Run]) -> list[str]:
    """The SageMaker calls of a request's first invocation, without the further pages of tags."""
    return [call for call in runs[0].calls if call not in (*CLOUDFORMATION, FURTHER_TAGS)]
