"""The fixtures of the tests of what the recipes promise. Other tests run the snippets of the recipes."""

import pytest

from simulation.declarations import declared
from tests.support.stack import Stack


@pytest.fixture
def stack() -> Stack:
    return Stack()


@pytest.fixture
def name(stack: Stack) -> str:
    """A test that runs."""
    answer = stack.create(declared())
    assert answer.succeeded, answer.reason
    stack.clock.advance(600)
    return answer.physical_id
