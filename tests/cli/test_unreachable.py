"""If AWS can't be reached, the error comes soon. A throttled call still has all its attempts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from shadowtest.aws import session
from shadowtest.aws.connecting import CONNECT_SECONDS, give_up_early
from shadowtest.aws.errors import concerns_region, words_of
from shadowtest.aws.session import Aws


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    # Between attempts.
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


@contextmanager
def connected(monkeypatch: pytest.MonkeyPatch, *, hangs_up: bool) -> Iterator[list[socket.socket]]:
    """Whoever connects to AWS is hung up on, or waits for an answer. Each connection."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                if hangs_up:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        try:
            yield connections
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for each in connections:
                each.close()
    thread.join()


def test_a_connection_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(monkeypatch, hangs_up=True) as connections, pytest.raises(BotoCoreError) as error:
        Aws().client("cloudformation").describe_stacks()

    assert len(connections) == 3
    assert words_of(error.value).startswith("AWS can't be reached: ")


def test_a_call_that_is_not_answered_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 0.2)

    with connected(monkeypatch, hangs_up=False) as connections, pytest.raises(BotoCoreError) as error:
        Aws().client("cloudformation").describe_stacks()

    assert len(connections) == 1
    assert words_of(error.value).startswith("AWS did not respond within 15 seconds: ")
    assert concerns_region(error.value)


def test_an_answer_has_its_time() -> None:
    # A total failure is reported in less than half a minute, and a slow response is not cut off.
    assert Aws().client("cloudformation").meta.config.read_timeout == 15


def test_an_attempt_to_connect_is_short() -> None:
    config = Aws().client("cloudformation").meta.config

    assert config.connect_timeout == CONNECT_SECONDS
    # botocore waits up to 1 second before the second attempt, and up to 2 before the third.
    assert 3 * CONNECT_SECONDS + 1 + 2 <= 15


def test_a_call_that_is_throttled_has_more_attempts() -> None:
    assert Aws().client("cloudformation").meta.config.retries["total_max_attempts"] == 10
    give_up_early(9, None)
    give_up_early(9, ClientError({"Error": {"Code": "Throttling"}}, "DescribeStacks"))
