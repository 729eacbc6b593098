"""A request is handed over from invocation to invocation: refused, lost, delivered again, or by another version."""

import contextlib
import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from inference_experiment_handler import index
from simulation.cloudformation import INVENTED
from simulation.declarations import declared
from simulation.function import FUNCTION_ARN, Context
from tests.support.stack import Stack


def test_a_failed_handover_is_tried_again_and_then_answered() -> None:
    stack = Stack(starting=timedelta(minutes=40))

    def refuse() -> bool:
        raise RuntimeError("TooManyRequestsException")

    stack.takes_handover = refuse

    answer = stack.create(declared())

    assert stack.handovers > 3
    assert not answer.succeeded
    assert "could not hand over" in answer.reason
    assert answer.physical_id.startswith("demo-shadowtest-1-")


@pytest.mark.parametrize("status", [202, 200], ids=["accepted by Lambda", "a proxy's page"])
def test_a_handover_counts_only_if_lambda_has_accepted_it(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        accepted = contextlib.nullcontext() if status == 202 else pytest.raises(RuntimeError, match="not from Lambda")
        with accepted:
            index.real_ports().invoke(FUNCTION_ARN, b"{}")
        server.shutdown()


def test_short_invocations_hand_over_all_the_same() -> None:
    stack = Stack()
    stack.timeout = timedelta(seconds=60)

    assert stack.create(declared()).succeeded
    assert stack.handovers > 5


def test_a_long_poll_interval_leaves_time_to_handover() -> None:
    stack = Stack(starting=timedelta(minutes=30))
    ports = replace(stack.ports, poll_seconds=100, random=lambda: 1.0)
    context = Context(stack.clock)
    left: list[int] = []
    stack.while_waiting = lambda: left.append(context.get_remaining_time_in_millis())

    def refused() -> bool:
        raise RuntimeError("TooManyRequestsException")

    stack.takes_handover = refused

    index.serve(stack.event("Create", declared()), context, ports)

    assert stack.handovers > 1
    assert min(left) > 500


def test_an_exception_in_a_later_invocation_is_answered(stack: Stack) -> None:
    stack.timeout = replace(Context(stack.clock)).timeout / 15
    stack.deliver(stack.event("Create", declared()))

    def break_later() -> None:
        if stack.handovers:
            raise RuntimeError("out of memory")

    stack.while_waiting = break_later
    stack.run()

    assert len(stack.answers) == 1
    assert not stack.answers[0].succeeded
    assert "out of memory" in stack.answers[0].reason
    assert stack.answers[0].physical_id.startswith("demo-shadowtest-1-")
    assert stack.answers[0].data == {}


def test_a_second_handover_that_is_refused_is_answered(stack: Stack) -> None:
    stack.timeout = Context(stack.clock).timeout / 15

    def first_alone() -> bool:
        if stack.handovers > 1:
            raise RuntimeError("TooManyRequestsException")
        return True

    stack.takes_handover = first_alone

    answer = stack.create(declared())

    assert len(stack.answers) == 1
    assert "could not hand over" in answer.reason
    assert answer.data == {}


def test_a_request_is_answered_once_and_each_handover_is_one_invocation() -> None:
    stack = Stack(starting=timedelta(minutes=50), tags_visible_after=timedelta(seconds=55))
    mark = stack.mark()

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert stack.handovers == 3
    assert len(stack.answers) == 1
    assert stack.calls(since=mark) == ["CreateInferenceExperiment", "AddTags"]


def test_a_handover_that_lambda_loses_leaves_nothing_that_a_delete_does_not_remove() -> None:
    stack = Stack(starting=timedelta(minutes=50))
    stack.takes_handover = lambda: False
    stack.deliver(stack.event("Create", declared()))
    stack.run()
    assert stack.answers == []

    stack.takes_handover = lambda: True
    answer = stack.delete(declared(), INVENTED)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_what_another_version_has_handed_over_is_gone_on_with(stack: Stack) -> None:
    stack.timeout = Context(stack.clock).timeout / 15
    stack.takes_handover = lambda: False
    handed_over: list[dict[str, Any]] = []
    ports = replace(stack.ports, invoke=lambda _, payload: handed_over.append(json.loads(payload)))
    index.serve(stack.event("Create", declared()), Context(stack.clock, stack.timeout), ports)
    event = handed_over[0]
    event["CrHelperData"]["Progress"]["of_tomorrow"] = True
    del event["CrHelperData"]["Progress"]["named"]

    stack.takes_handover = lambda: True
    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded


def test_a_handover_that_is_delivered_again_after_the_answer_leaves_the_test_alone() -> None:
    stack = Stack(starting=timedelta(minutes=20))
    payloads: list[bytes] = []
    ports = replace(stack.ports, invoke=lambda _, payload: payloads.append(payload))
    index.serve(stack.event("Create", declared()), Context(stack.clock), ports)
    payload = payloads[0]
    stack.invoke(Context.invoked_function_arn, payload)
    stack.run()
    name = stack.answers[-1].physical_id
    assert stack.answers[-1].succeeded
    stack.status = "CREATE_COMPLETE"
    mark = stack.mark()

    for status in ("CREATE_COMPLETE", "UPDATE_ROLLBACK_IN_PROGRESS"):
        stack.status = status
        stack.invoke(Context.invoked_function_arn, payload)
        stack.run()

    assert stack.calls(since=mark) == []
    assert stack.describe(name)["Status"] == "Running"
