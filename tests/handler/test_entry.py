"""The entry point: malformed events, invalid properties, logs, and one response for each request."""

import io
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from inference_experiment_handler import index
from inference_experiment_handler.runtime import custom_resource, response
from inference_experiment_handler.runtime.custom_resource import InferenceExperimentResource
from simulation.declarations import PRODUCTION, declared
from simulation.function import Context
from tests.support.stack import Stack


@pytest.mark.parametrize(
    "event",
    [{}, {"RequestType": "Create"}, [], "text", None, {"ResponseURL": "http://insecure"}, {"ResponseURL": 7}],
    ids=str,
)
def test_without_an_address_there_is_a_clean_error(stack: Stack, event: Any) -> None:
    with pytest.raises(ValueError, match="not a request of CloudFormation"):
        index.serve(event, Context(stack.clock), stack.ports)
    assert stack.answers == []


@pytest.mark.parametrize(
    "changes",
    [
        {"RequestType": "Read"},
        {"RequestType": None},
        {"StackId": None},
        {"RequestId": ""},
        {"LogicalResourceId": 7},
        {"ResourceProperties": None},
        {"ResourceProperties": "text"},
        {"OldResourceProperties": []},
        {"RequestType": "Update"},
        {"RequestType": "x" * 1_000_000},
        {"RequestType": ["Create"]},
        {"RequestType": {}},
        {"StackId": "x" * 100_000},
        {"LogicalResourceId": "é" * 1000},
        {"RequestId": "x" * 513},
        {"RequestType": "Delete", "PhysicalResourceId": "x" * 100_000},
        {"CrHelperData": "mine"},
        {"CrHelperData": {"Issued": "2030-01-01T00:00:00+00:00"}},
        {"CrHelperData": {"Progress": {"hops": 1}, "Issued": "yesterday"}},
    ],
    ids=lambda changes: f"{changes}"[:60],
)
def test_with_an_address_a_malformed_event_is_answered(stack: Stack, changes: dict[str, Any]) -> None:
    event = stack.event("Create", declared()) | changes

    index.serve(event, Context(stack.clock), stack.ports)

    assert len(stack.answers) == 1
    assert not stack.answers[0].succeeded
    assert stack.answers[0].size <= 4096
    assert stack.answers[0].physical_id
    assert stack.calls(reads=True) == []


def test_bad_properties_are_answered_at_once_with_every_fault_and_nothing_called(stack: Stack) -> None:
    bad = declared(
        sampling=101,
        Schedule={"StartTime": "2030-02-02T00:00:00Z", "EndTime": "2030-02-01T00:00:00Z"},
        RoleArn="me",
        Descripton="misspelt",
        Tags=[{"Key": "aws:mine", "Value": "x"}],
    )

    answer = stack.create(bad)

    assert not answer.succeeded
    assert answer.reason.startswith("5 faults in the properties: ")
    for words in (
        "SamplingPercentage is '101', must be an integer from 0 to 100",
        "Schedule.EndTime is 2030-02-01T00:00:00+00:00, must be after StartTime",
        "RoleArn is 'me', must be the ARN of an IAM role",
        "Descripton is not a property, did you mean Description?",
        "Tags[0].Key is 'aws:mine', must not start with aws:",
    ):
        assert words in answer.reason
    assert stack.calls(reads=True) == []
    assert answer.physical_id.startswith("demo-shadowtest-1-")


@pytest.mark.parametrize("value", ["x" * 1_000_000, {"a": {"b": ["c"] * 100}}, ["y" * 500_000]], ids=["1", "2", "3"])
def test_giants_are_refused_within_the_answer(stack: Stack, value: Any) -> None:
    for key in ("Description", "Name", "Run", "RoleArn", "Schedule", "ModelVariants", "OnDelete", "Unknown"):
        answer = stack.create(declared(**{key: value}))
        assert not answer.succeeded
        assert answer.size <= 4096


def test_a_bug_is_answered_with_an_id_that_a_delete_can_be_traced_by(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = stack.create(declared()).physical_id

    def broken(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(custom_resource, "reconcile", broken)

    created = stack.create(declared())
    updated = stack.update(declared(), declared(sampling=50), name)

    assert not created.succeeded
    assert created.physical_id == name
    assert not updated.succeeded
    assert updated.physical_id == name
    assert "surprise" in updated.reason


def test_nothing_of_one_request_is_left_to_the_next(stack: Stack) -> None:
    stack.create(declared(Name="one", sampling=101))
    answer = stack.create(declared(Name="two"))

    assert answer.succeeded
    assert answer.body["Reason"] == ""
    assert answer.body["RequestId"] == "request-2"


def test_crhelpers_last_resort_and_the_loop_answer_once(stack: Stack) -> None:
    helper: Any = InferenceExperimentResource(stack.ports)  # what is private is not in crhelper's stubs
    event = stack.event("Create", declared())
    stack.while_waiting = helper._timeout

    helper(event, Context(stack.clock))

    assert len(stack.answers) == 1
    assert not stack.answers[0].succeeded
    assert "timed out" in stack.answers[0].reason
    assert stack.answers[0].physical_id.startswith("demo-shadowtest-1-")


def test_an_answer_that_was_not_taken_makes_lambda_try_again(stack: Stack) -> None:
    ports = stack.ports
    undelivered = replace(ports, deliver=lambda *_: False)
    event = stack.event("Create", declared())

    with pytest.raises(RuntimeError, match="could not be delivered"):
        index.serve(event, Context(stack.clock), undelivered)
    index.serve(event, Context(stack.clock), ports)

    assert stack.answers[0].succeeded
    assert stack.calls() == ["CreateInferenceExperiment", "AddTags"]


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "chatty"])
def test_the_log_tells_every_decision_as_json_and_no_secret(
    stack: Stack, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers[:] = [handler]
    try:
        stack.create(declared())
        stack.create(declared(sampling=101))
    finally:
        root.handlers[:] = before

    logged = stream.getvalue()
    assert "X-Amz-Signature" not in logged
    assert "cloudformation.test" not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    if level == "WARNING":
        return
    steps = [line["message"]["step"] for line in lines if isinstance(line["message"], dict)]
    assert steps[:2] == ["DescribeStacks", "CreateInferenceExperiment"]
    assert "Done" in steps
    assert "Fail" in steps
    assert len(steps) < 10, "a wait is one line"
    assert lines[0]["RequestId"] == "request-1"
    assert lines[0]["LogicalResourceId"] == "ShadowTest"


def test_the_log_of_a_malformed_event_is_json_and_holds_no_secret(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(stream)])
    monkeypatch.setattr(response, "_RETRIES", 0)
    event = stack.event("Create", declared()) | {"RequestType": "Xyzzy", "ResponseURL": "https://127.0.0.1:9/?secret"}

    with pytest.raises(RuntimeError, match="could not be delivered"):
        index.serve(event, Context(stack.clock), replace(stack.ports, deliver=response.deliver))

    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert line["message"] == {"answer": "not delivered", "to": "127.0.0.1", "why": "MaxRetryError"}


def test_production_is_never_among_what_is_removed_by_default(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.delete(declared(), name)

    assert stack.served() == [PRODUCTION]
