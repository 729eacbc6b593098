"""The response URLs of CloudFormation, with urllib3's own connections and retries, but without a network."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import retry

from campaign.chance import Chance
from campaign.scheduler import Scheduler

_READ_TIMEOUT = 10.0


class ResponseAddress:
    """Accepts most PUT requests."""

    def __init__(self, scheduler: Scheduler, chance: Chance, receive: Callable[[str, bytes], None]) -> None:
        self._scheduler, self._chance, self._receive = scheduler, chance, receive
        self._expired: dict[str, bool] = {}
        self._unreachable_until = scheduler.now()
        self.puts: dict[str, list[str]] = {}
        """The result of each attempt, by URL."""

    def expired(self, url: str) -> bool:
        """Whether the URL returns 403 for all requests, like a URL whose signature has expired."""
        if url not in self._expired:
            self._expired[url] = self._chance.hits("put_forbidden")
        return self._expired[url]

    def reach(self, connection: HTTPSConnection) -> None:
        now = self._scheduler.now()
        if self._chance.hits("put_outage"):
            self._unreachable_until = now + timedelta(seconds=self._chance.random.uniform(60, 300))
        if self._chance.hits("put_refused") or now < self._unreachable_until:
            raise NewConnectionError(connection, "connection refused")

    def put(self, url: str, body: bytes) -> int:
        """Returns the status. Raises the errors of a broken connection, or of a timeout."""
        dice = self._chance.random
        if self.expired(url):
            self._became(url, "403")
            return 403
        slow, reset, failed = (self._chance.hits(what) for what in ("put_slow", "put_reset", "put_failed"))
        waits = dice.uniform(1, 30) if slow else 0.1
        self._scheduler.sleep(min(waits, _READ_TIMEOUT))
        if not (reset or failed or waits > _READ_TIMEOUT) or dice.random() < 0.5:
            self._receive(url, body)
        if waits > _READ_TIMEOUT:
            self._became(url, "silent")
            raise TimeoutError("timed out")
        if reset:
            self._became(url, "reset")
            raise ConnectionResetError("connection reset by peer")
        self._became(url, "503" if failed else "200")
        return 503 if failed else 200

    def _became(self, url: str, what: str) -> None:
        self.puts.setdefault(url, []).append(what)

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Redirects all connections of urllib3 to this object. Its pauses between attempts use simulated time."""
        address = self

        class Connection(HTTPSConnection):
            """A connection that never leaves the process."""

            asked: tuple[str, bytes]

            def connect(self) -> None:
                address.reach(self)
                self.is_verified = True

            @property
            def is_closed(self) -> bool:
                return True

            @property
            def is_connected(self) -> bool:
                return True

            def request(self, method: str, url: str, body: Any = None, *_: Any, **__: Any) -> None:  # noqa: ARG002
                self.asked = (f"https://{self.host}{url}", bytes(body))

            def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
                return urllib3.HTTPResponse(b"", status=address.put(*self.asked))

        clock = SimpleNamespace(sleep=self._scheduler.sleep, time=time.time)
        with (
            mock.patch.object(urllib3.HTTPSConnectionPool, "ConnectionCls", Connection),
            mock.patch.object(retry, "time", clock),
        ):
            yield
