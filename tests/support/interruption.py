"""What happens in the middle of a request: the function is gone, or CloudFormation sends another request."""

from collections.abc import Callable
from typing import Any

import pytest

from local.sagemaker import Call, Hook
from tests.support.stack import Stack


class Gone(BaseException):
    """The function that served the request is gone, and what it knew with it."""


def stop_waiting(stack: Stack, event: dict[str, Any], *, after: str) -> None:
    """Serves a request until the handler has made a call, and loses all that it knew."""
    mark = stack.mark()
    stop_once(stack, event, lambda: after in stack.calls(since=mark))


def stop_before(stack: Stack, event: dict[str, Any], operation: str) -> None:
    """Serves a request until the handler is about to make a call, and loses all that it knew."""

    def gone(_: Call) -> None:
        raise Gone

    stack.sagemaker.faults.add(Hook(gone, operation))
    with pytest.raises(Gone):
        stack.serve_once(event)


def stop_once(stack: Stack, event: dict[str, Any], reached: Callable[[], bool]) -> None:
    """Serves a request until that is so while the handler waits, and loses all that it knew."""

    def gone() -> None:
        if reached():
            raise Gone

    stack.while_waiting = gone
    with pytest.raises(Gone):
        stack.serve_once(event)
    stack.while_waiting = None


def meanwhile(stack: Stack, act: Callable[[], object], *, when: Callable[[], bool] = lambda: True) -> None:
    """Does that once, as soon as a request waits and it is so."""

    def waiting() -> None:
        if when():
            stack.while_waiting = None
            act()

    stack.while_waiting = waiting


def interject(stack: Stack, event: dict[str, Any]) -> None:
    """CloudFormation sends another request as soon as the first one waits."""
    meanwhile(stack, lambda: stack.serve_once(event))
