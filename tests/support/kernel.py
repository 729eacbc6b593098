"""What CDK's Node process is asked: each request of jsii's kernel is a round trip to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jsii


class _Recorder:
    """Takes the place of the kernel's provider, passes on what it is asked, and writes it down."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self.requests: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._provider, name)

        def recorded(request: Any, *arguments: Any, **options: Any) -> Any:
            self.requests.append(f"{name} {_described(request)}")
            return method(request, *arguments, **options)

        return recorded


def _described(request: Any) -> str:
    about = getattr(request, "objref", None)
    words = [about.ref] if about is not None else []
    words += [getattr(request, name) for name in ("fqn", "method", "property") if hasattr(request, name)]
    return " ".join(words)


@contextmanager
def round_trips() -> Iterator[list[str]]:
    """The requests that are made while the context lasts, such as ``get aws-cdk-lib.Stack@10001 region``."""
    kernel: Any = jsii.kernel
    provider = kernel.provider
    recorder = _Recorder(provider)
    kernel.provider = recorder
    try:
        yield recorder.requests
    finally:
        kernel.provider = provider
