"""A proxy responds instead of AWS, with a page and status 200: the call has no response, and the state is observed
again.
"""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.parsers import ResponseParserError

from inference_experiment_handler import client
from local.sagemaker import ErrorFault, ProxyFault
from simulation.declarations import PROMOTE, declared
from tests.support.stack import Stack, StackStatus

CONCLUDED = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
SCHEDULED = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})


def intercept(stack: Stack, operation: str, *, after: bool, times: int = 1) -> None:
    stack.sagemaker.faults.add(ProxyFault(operation, times=times, after=after))


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
@pytest.mark.parametrize(
    "operation",
    [
        "CreateInferenceExperiment",
        "DescribeInferenceExperiment",
        "UpdateInferenceExperiment",
        "StartInferenceExperiment",
        "StopInferenceExperiment",
        "DeleteInferenceExperiment",
        "DescribeEndpoint",
        "DescribeEndpointConfig",
        "AddTags",
        "ListTags",
        "DeleteTags",
    ],
)
def test_a_whole_life_goes_on(stack: Stack, operation: str, after: bool) -> None:
    tagged = SCHEDULED | {"Tags": [{"Key": "team", "Value": "ranking"}]}
    now = declared(sampling=50)
    for _ in range(3):
        intercept(stack, operation, after=after)

    created = stack.create(tagged)
    assert created.succeeded, created.reason
    updated = stack.update(tagged, now, created.physical_id)
    assert updated.succeeded, updated.reason
    experiment = stack.describe(created.physical_id) if operation != "DescribeInferenceExperiment" else None
    assert experiment is None or experiment["Status"] == "Running"
    deleted = stack.delete(now, created.physical_id)

    assert deleted.succeeded, deleted.reason
    stack.sagemaker.faults.clear()
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize("pages", [1, 20])
def test_a_delete_does_not_take_tags_that_were_not_read_for_somebody_elses(stack: Stack, pages: int) -> None:
    named = declared(Name="Ranking-Test")
    name = stack.create(named).physical_id
    intercept(stack, "ListTags", after=False, times=pages)

    answer = stack.delete(named, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_promotion_that_got_no_answer_is_made_once(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    intercept(stack, "StopInferenceExperiment", after=True)
    mark = stack.mark()

    answer = stack.update(declared(), CONCLUDED, name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


def test_a_page_in_place_of_what_cloudformation_says_is_no_answer(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[Exception | dict[str, Any]] = [
        ResponseParserError("Unable to parse response (syntax error), invalid XML received"),
        {},
    ]
    answered = StackStatus.describe_stacks

    def describe_stacks(self: StackStatus, **asked: Any) -> dict[str, Any]:
        if not pages:
            return answered(self, **asked)
        page = pages.pop()
        if isinstance(page, Exception):
            raise page
        return page

    monkeypatch.setattr(StackStatus, "describe_stacks", describe_stacks)

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert not pages


def test_a_proxy_that_stays_is_said_to_be_one(stack: Stack) -> None:
    intercept(stack, "CreateInferenceExperiment", after=False, times=100_000)

    answer = stack.create(declared())

    assert not answer.succeeded
    assert "a proxy may have sent it" in answer.reason


def empty_response(operation: str, headers: dict[str, str]) -> Any:
    """A client that gets a response without members."""
    answer = {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": headers}}
    return SimpleNamespace(**{operation: lambda **_: answer})


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream"])
@pytest.mark.parametrize(
    ("operation", "method"), [("DeleteTags", "delete_tags"), ("DescribeAlarms", "describe_alarms")]
)
def test_an_empty_page_is_no_answer_where_answers_may_be_empty(operation: str, method: str, content_type: str) -> None:
    with pytest.raises(client.UnknownOutcomeError, match="a proxy may have sent it"):
        client.call(empty_response(method, {"content-type": content_type}), operation, {})


@pytest.mark.parametrize(
    ("operation", "method", "headers"),
    [
        ("DeleteTags", "delete_tags", {"content-type": "application/x-amz-json-1.1"}),
        ("DeleteTags", "delete_tags", {}),
        ("DescribeAlarms", "describe_alarms", {"content-type": "text/xml"}),
    ],
)
def test_an_empty_answer_of_aws_is_one(operation: str, method: str, headers: dict[str, str]) -> None:
    client.call(empty_response(method, headers), operation, {})


@pytest.mark.parametrize("operation", ["ListTags", "AddTags"])
def test_tags_that_are_not_found_do_not_end_a_delete(stack: Stack, operation: str) -> None:
    name = stack.create(declared(Tags=[{"Key": "team", "Value": "ranking"}])).physical_id
    said = f"Experiment {name} does not exist."
    stack.sagemaker.faults.add(ErrorFault(operation, "ValidationException", said))

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    # Only DescribeInferenceExperiment shows that it is gone.
    assert stack.names() == []


def test_tags_that_are_not_found_are_deleted_later(stack: Stack) -> None:
    tagged = declared(Tags=[{"Key": "team", "Value": "ranking"}])
    name = stack.create(tagged).physical_id
    stack.sagemaker.faults.add(ErrorFault("DeleteTags", "ValidationException", f"Experiment {name} does not exist."))

    answer = stack.update(tagged, declared(), name)

    assert answer.succeeded, answer.reason
    assert "team" not in stack.tags(name)


def test_tags_that_are_not_found_do_not_end_a_conclusion(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(86400)
    stack.sagemaker.faults.add(ErrorFault("ListTags", "ValidationException", "The resource does not exist."))

    answer = stack.update(declared(), declared(DesiredState="Cancelled"), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Status"] == "Cancelled"
    assert stack.shadows() == []


@pytest.mark.parametrize("code", ["ValidationException", "", "InvalidParameterException", "ResourceNotFound"])
@pytest.mark.parametrize(
    "said",
    [
        "Could not assume role arn:aws:iam::123456789012:role/shadow-test. Please ensure that the role exists.",
        "The role arn:aws:iam::123456789012:role/shadow-test cannot be assumed by sagemaker.amazonaws.com",
    ],
)
def test_a_role_that_cannot_be_assumed_yet_is_tried_again(stack: Stack, code: str, said: str) -> None:
    stack.sagemaker.faults.add(ErrorFault("CreateInferenceExperiment", code, said, times=3))

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
