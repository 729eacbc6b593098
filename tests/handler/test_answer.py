"""The response has an allowed size, arrives, and its URL stays secret."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference_experiment_handler.runtime import response as answer
from tests.support.response_server import ResponseServer, response_server

SECRET = "/answer?X-Amz-Signature=0123456789abcdef"


def body(reason: str, **data: str) -> dict[str, Any]:
    return {
        "Status": "FAILED",
        "Reason": reason,
        "PhysicalResourceId": "demo",
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/1",
        "RequestId": "r",
        "LogicalResourceId": "ShadowTest",
        "NoEcho": False,
        "Data": data,
    }


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ResponseServer]:
    with response_server(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", running.ca_file)
        monkeypatch.setattr(answer, "_RETRIES", answer._RETRIES.new(backoff_factor=0))
        yield running


@given(
    reason=st.text(max_size=6000),
    status_reason=st.text(max_size=2000),
    name=st.text(max_size=120),
    physical_id=st.text(min_size=1, max_size=170),
)
@settings(max_examples=200)
def test_every_answer_fits_and_starts_with_what_matters(
    reason: str, status_reason: str, name: str, physical_id: str
) -> None:
    whole = body(reason, StatusReason=status_reason, Name=name) | {"PhysicalResourceId": physical_id}

    fitted = answer.fitted(whole)

    assert len(fitted) <= 4096
    read = json.loads(fitted)
    assert read | {"Reason": "", "Data": {}} == whole | {"Reason": "", "Data": {}}
    kept = read["Reason"].removesuffix("...") if len(read["Reason"]) < len(reason) else read["Reason"]
    assert reason.startswith(kept)
    assert len(kept) >= min(len(reason), 61)


def test_an_answer_is_put_as_it_is(server: ResponseServer) -> None:
    assert answer.deliver(server.url + SECRET, answer.fitted(body("because")))

    assert server.paths == [SECRET]
    assert server.bodies == [body("because")]
    assert server.headers[0]["content-type"] == "", "the address is signed without one"


@pytest.mark.parametrize("statuses", [[503, 200], [500, 502, 504, 200], [None, None, 200]], ids=str)
def test_what_passes_is_tried_again(server: ResponseServer, statuses: list[int | None]) -> None:
    server.statuses[:] = statuses

    assert answer.deliver(server.url + SECRET, b"{}")
    assert len(server.bodies) == len(statuses)


@pytest.mark.parametrize(
    ("status", "taken", "attempts"), [(403, True, 1), (404, True, 1), (503, False, 6), (None, False, 6)]
)
def test_trying_again_ends_and_is_logged_as_what_it_is(
    server: ResponseServer, status: int | None, taken: bool, attempts: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.statuses[:] = [status]
    caplog.set_level(logging.DEBUG, logger="inference_experiment_handler")

    assert answer.deliver(server.url + SECRET, b"{}") == taken

    assert len(server.bodies) == attempts
    assert [record.levelname for record in caplog.records if record.name.endswith("response")] == ["ERROR"]
    assert "0123456789abcdef" not in caplog.text


def test_nobody_there_is_not_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_RETRIES", answer._RETRIES.new(backoff_factor=0))

    assert not answer.deliver("https://127.0.0.1:9/answer", b"{}")


def test_a_certificate_that_is_not_trusted_is_not_given_the_answer(
    server: ResponseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    assert not answer.deliver(server.url + SECRET, b"{}")
    assert server.bodies == []
