"""ListTags may not know an experiment that DescribeInferenceExperiment reports. The experiment is not gone then."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from inference_experiment_handler.client import UnknownOutcomeError
from local.sagemaker import ErrorFault
from shadowtest.live_tests import described
from shadowtest.planning.live import Live
from shadowtest.planning.neighbours import with_neighbours
from simulation.declarations import ENDPOINT, declared
from tests.support.stack import Stack


def describe(stack: Stack, name: str) -> Any:
    sagemaker = stack.ports.sagemaker()
    aws: Any = SimpleNamespace(client=lambda _: sagemaker, now=stack.clock.now)
    return described(aws, "Demo", "ShadowTest", name)


def look_at_neighbours(stack: Stack, _: str) -> Any:
    return with_neighbours(Live(), [ENDPOINT], cast("Any", stack.ports.sagemaker())).experiments


@pytest.mark.parametrize("look", [describe, look_at_neighbours])
def test_a_test_whose_tags_are_not_found_is_not_gone(look: Callable[[Stack, str], Any]) -> None:
    stack = Stack()
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(ErrorFault("ListTags", "ValidationException", "The resource does not exist."))

    with pytest.raises(UnknownOutcomeError, match=r"^ListTags: ValidationException: The resource does not exist\.$"):
        look(stack, name)

    assert look(stack, name)


def test_a_test_that_is_deleted_between_the_reads_is_gone() -> None:
    stack = Stack()
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(ErrorFault("ListTags", "ValidationException", "The resource does not exist."))
    client: Any = stack.ports.sagemaker()
    list_tags = client.list_tags

    def deleted_before(**asked: Any) -> Any:
        stack.remove(name)
        return list_tags(**asked)

    client.list_tags = deleted_before

    assert describe(stack, name) is None
