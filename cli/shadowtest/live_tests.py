"""Shadow tests as they are live, each with the resource that declares it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from inference_experiment_handler import client, observer
from inference_experiment_handler.client import NotFoundError
from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.tags import LOGICAL_ID, STACK_ID, started_at
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import named_stacks
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.stack import DeployedStack


@dataclass(frozen=True)
class LiveTest:
    """A shadow test and the resource that declares it.

    ``seen``: when it was described, by SageMaker's clock, which metrics have their times of.
    """

    stack: str
    logical_id: str
    experiment: ObservedExperiment
    seen: datetime


def tests_of(aws: Aws, stacks: tuple[str, ...]) -> tuple[list[LiveTest], list[str]]:
    """The tests of these stacks, running or ended, and what can't be reported of a stack."""
    declared = [each for stack in named_stacks(aws, stacks) for each in _declared(stack)]
    found = aws.each(lambda each: described(aws, *each), declared)
    missing = [
        f"experiment {name} of {logical_id} in stack {stack} does not exist"
        for (stack, logical_id, name), test in zip(declared, found, strict=True)
        if test is None
    ]
    return [test for test in found if test is not None], missing


def running_tests(aws: Aws) -> list[LiveTest]:
    """All running tests of the region that a stack has declared."""
    sagemaker = aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_inference_experiments").paginate(StatusEquals=Status.RUNNING)
    names = [each["Name"] for page in pages for each in page["InferenceExperiments"]]
    return [test for test in with_owners(aws, names) if test.stack]


def with_owners(aws: Aws, names: Iterable[str]) -> list[LiveTest]:
    """The experiments of these names that are there. Their tags tell whose they are; no stack where they don't."""
    found = aws.each(lambda name: described(aws, "", "", name), names)
    tests = [_with_owner(test) for test in found if test is not None]
    return sorted(tests, key=lambda test: (test.stack, test.logical_id, test.experiment.name))


def _declared(stack: DeployedStack) -> Iterator[tuple[str, str, str]]:
    """Stack, logical id and experiment of each resource; its physical id is the experiment's name."""
    for logical_id, resource in stack.template.get("Resources", {}).items():
        if resource.get("Type") == RESOURCE_TYPE and logical_id in stack.physical_ids:
            yield stack_name(stack.stack_id), logical_id, stack.physical_ids[logical_id]


def described(aws: Aws, stack: str, logical_id: str, name: str) -> LiveTest | None:
    """``None`` where there is no experiment of that name."""
    sagemaker = aws.client("sagemaker")
    try:
        answer = client.call(sagemaker, operations.DESCRIBE, {"Name": name})
        experiment = ObservedExperiment.from_api(answer)
        tags = observer.read_tags(sagemaker, experiment.arn)
    except NotFoundError:
        return None
    seen = _answered_at(answer) or aws.now()
    started = started_at(tags)
    start = observer.actual_start(experiment, started, seen)
    return LiveTest(stack, logical_id, replace(experiment, tags=tags, start=start, start_called=started), seen)


def _with_owner(test: LiveTest) -> LiveTest:
    tags = test.experiment.tags or {}
    stack_id = tags.get(STACK_ID, "")
    return replace(test, stack=stack_name(stack_id) if stack_id else "", logical_id=tags.get(LOGICAL_ID, ""))


def stack_name(stack_id: str) -> str:
    """Of arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID."""
    return stack_id.split("/")[1]


def _answered_at(answer: dict[str, Any]) -> datetime | None:
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date) if date else None
