"""What the tests of the handler share."""

import logging
from collections.abc import Iterator

import pytest

from tests.support.stack import Stack


@pytest.fixture
def stack() -> Stack:
    """A stack beside an endpoint in service, with SageMaker as it probably behaves."""
    return Stack()


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """The handler sets the root logger up, as it has to in Lambda."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
