"""Live shadow tests, each with the resource that declares it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inference_experiment_handler import client, observer
from inference_experiment_handler.client import NotFoundError
from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.tags import LOGICAL_ID, STACK_ID, started_at
from inference_experiment_handler.spec import names as experiment_names
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.templates.experiments import experiments_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack, stack_name
from shadowtest.values.unknown import KnownAtDeployment, unknown_paths

_STACK_ID = re.compile(r"arn:[^:]+:cloudformation:[^:]+:[^:]+:stack/[^/]+/[^/]+")
_RUN = (Status.RUNNING, Status.UPDATING, Status.STOPPING)


@dataclass(frozen=True)
class LiveTest:
    """A shadow test and the resource that declares it.

    ``seen``: when it was described, by SageMaker's clock, which the timestamps of metrics also use.
    """

    stack: str
    logical_id: str
    experiment: ObservedExperiment
    seen: datetime


@dataclass(frozen=True)
class LiveTests:
    """``missing``: the tests that do not exist. ``errors``: why others could not be read. One line each."""

    found: list[LiveTest]
    missing: list[str]
    errors: list[str]


def tests_of(aws: Aws, stacks: Sequence[DeployedStack]) -> LiveTests:
    """The tests of these stacks, including ended ones."""
    declared = [(stack, *each) for stack in stacks for each in _declared(stack)]
    found = attempt_each(
        aws,
        lambda each: described(aws, each[0].name, each[1], each[2]),
        declared,
        named=lambda each: _in_words(each[2]),
    )
    missing = [
        f"experiment {name} of {logical_id} in stack {stack.name} does not exist"
        for (stack, logical_id, name), test in zip(declared, found, strict=True)
        if test is None and not stack.in_progress
    ]
    return _live_tests(found, missing)


def running_tests(aws: Aws) -> LiveTests:
    """All running tests of the region that a stack has declared. A test also runs while it is updated or stopped."""
    pages = aws.client("sagemaker").get_paginator("list_inference_experiments").paginate()
    listed = [each for page in pages for each in page["InferenceExperiments"]]
    names = [each["Name"] for each in listed if each["Status"] in _RUN]
    tests = with_owners(aws, names)
    return replace(tests, found=[test for test in tests.found if test.stack])


def with_owners(aws: Aws, names: Iterable[str]) -> LiveTests:
    """The experiments of these names that exist. Their tags name the stack. It is empty if the tags name none."""
    found = attempt_each(aws, lambda name: described(aws, "", "", name), names, named=_in_words)
    tests = _live_tests(found, [])
    owned = sorted(map(_with_owner, tests.found), key=lambda test: (test.stack, test.logical_id, test.experiment.name))
    return replace(tests, found=owned)


def _live_tests(found: Sequence[LiveTest | Failure | None], missing: list[str]) -> LiveTests:
    failures = [each for each in found if isinstance(each, Failure)]
    tests = [each for each in found if isinstance(each, LiveTest)]
    return LiveTests(tests, missing, failures_in_words(failures, len(found)))


def _in_words(name: str) -> str:
    return f"experiment {name}"


def _declared(stack: DeployedStack) -> Iterator[tuple[str, str]]:
    """Each logical ID with the name of its experiment.

    CloudFormation knows a new name only once the function has responded. So during a deployment, the name is also
    derived from the properties.
    """
    values = as_deployed(stack, None)
    for logical_id in experiments_of(stack.template):
        known = stack.physical_ids.get(logical_id)
        if known is not None:
            yield logical_id, known
        if not stack.in_progress:
            continue
        try:
            properties = values.properties(logical_id)
        except MalformedFunctionError:
            continue
        if isinstance(properties, KnownAtDeployment):
            continue
        if any(path[0] in ("Name", "Run") for path, _ in unknown_paths(properties)):
            continue
        name = experiment_names.of(properties, stack.stack_id, logical_id)
        if not experiment_names.same(name, known):
            yield logical_id, name


def described(aws: Aws, stack: str, logical_id: str, name: str) -> LiveTest | None:
    """``None`` if there is no experiment of that name."""
    sagemaker = aws.client("sagemaker")
    try:
        answer = client.call(sagemaker, operations.DESCRIBE, {"Name": name})
        seen = aws.now()
        experiment = ObservedExperiment.from_api(answer)
        tags = observer.tags_of(experiment, sagemaker)
    except NotFoundError:
        return None
    started = started_at(tags)
    start = observer.actual_start(experiment, started, seen)
    return LiveTest(stack, logical_id, replace(experiment, tags=tags, start=start, start_called=started), seen)


def _with_owner(test: LiveTest) -> LiveTest:
    stack_id = owner_of(test)
    if not stack_id:
        return test
    return replace(test, stack=stack_name(stack_id), logical_id=(test.experiment.tags or {}).get(LOGICAL_ID, ""))


def owner_of(test: LiveTest) -> str:
    """The ID of the stack that its tags name. Empty if they have no valid ID, because anyone can write tags."""
    stack_id = (test.experiment.tags or {}).get(STACK_ID, "")
    return stack_id if _STACK_ID.fullmatch(stack_id) else ""
