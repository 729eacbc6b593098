"""The function is gone in the middle of a request, and what it knew with it."""

from typing import Any

import pytest

from tests.support.stack import Stack


class Gone(BaseException):
    """The function that served the request is gone, and what it knew with it."""


def stop_waiting(stack: Stack, event: dict[str, Any], *, after: str) -> None:
    """Serves a request until the handler has made a call, and loses all that it knew."""

    def gone() -> None:
        if after in stack.calls(since=mark):
            raise Gone

    mark = stack.mark()
    stack.while_waiting = gone
    with pytest.raises(Gone):
        stack.serve_once(event)
    stack.while_waiting = None
