"""Which client makes a call, and what an error of CloudWatch's means."""

import pytest

from inference_experiment_handler.client import (
    CLOUDFORMATION,
    CLOUDWATCH,
    SAGEMAKER,
    Clients,
    RetryableError,
    ServiceError,
    TerminalError,
    ThrottledError,
    UnknownOutcomeError,
    call,
)
from local.sagemaker import ManualClock, SageMaker, boto3_client
from simulation.cloudwatch import CloudWatch, Refusal
from tests.support.stack import START, Stack, StackStatus

CLOCK = ManualClock(START)


def test_each_operation_has_its_services_client() -> None:
    sagemaker, cloudformation, cloudwatch = (
        boto3_client(SageMaker(CLOCK)),
        StackStatus(Stack()),
        CloudWatch(CLOCK),
    )
    clients = Clients(sagemaker, lambda: cloudformation, lambda: cloudwatch)

    for operations, client in ((SAGEMAKER, sagemaker), (CLOUDFORMATION, cloudformation), (CLOUDWATCH, cloudwatch)):
        assert all(clients.of(operation) is client for operation in operations)
        assert all(hasattr(client, method) for method in operations.values())


@pytest.mark.parametrize(
    ("refusal", "meaning"),
    [
        (Refusal("AccessDenied", "is not authorized to perform: cloudwatch:DescribeAlarms", 403), RetryableError),
        (Refusal("AccessDeniedException", "is not authorized", 400), RetryableError),
        (Refusal("InvalidClientTokenId", "the security token is invalid", 403), RetryableError),
        (Refusal("Throttling", "Rate exceeded"), ThrottledError),
        (Refusal("ThrottlingException", "Rate exceeded"), ThrottledError),
        (Refusal("InternalServiceFault", "the request processing has failed", 500), UnknownOutcomeError),
        (Refusal("InvalidParameterValue", "AlarmNames"), TerminalError),
    ],
)
def test_the_meaning_of_an_error(refusal: Refusal, meaning: type[ServiceError]) -> None:
    cloudwatch = CloudWatch(CLOCK, refusals={"DescribeAlarms": refusal})

    with pytest.raises(ServiceError, match=f"^DescribeAlarms: {refusal.code}: ") as raised:
        call(cloudwatch, "DescribeAlarms", {})

    assert type(raised.value) is meaning


def test_no_alarm_is_an_answer_of_cloudwatchs_and_a_page_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    cloudwatch = CloudWatch(CLOCK)
    headers = {"content-type": "application/cbor"}
    answer = {"ResponseMetadata": {"HTTPHeaders": headers}}
    monkeypatch.setattr(CloudWatch, "describe_alarms", lambda _, **__: answer)
    monkeypatch.setattr(CloudWatch, "get_metric_data", lambda _, **__: answer)

    assert call(cloudwatch, "DescribeAlarms", {"AlarmNames": ["missing"]}) == answer
    with pytest.raises(UnknownOutcomeError):
        call(cloudwatch, "GetMetricData", {})
    headers["content-type"] = "text/html"
    with pytest.raises(UnknownOutcomeError):
        call(cloudwatch, "DescribeAlarms", {"AlarmNames": ["missing"]})
