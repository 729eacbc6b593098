"""A boto3 client that makes each read once, even if several threads request it."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any


class ReadOnce:
    """Has the methods of the client. The same arguments return the same response, or raise the same error."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._answers: dict[tuple[str, str], Future[Any]] = {}
        self._lock = Lock()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def read(**arguments: Any) -> Any:
            key = (method, repr(sorted(arguments.items())))
            with self._lock:
                is_first = key not in self._answers
                answer = self._answers.setdefault(key, Future())
            if is_first:
                try:
                    answer.set_result(getattr(self._client, method)(**arguments))
                except Exception as error:
                    answer.set_exception(error)
            return answer.result()

        return read
