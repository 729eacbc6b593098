"""Create: the experiment exists, and is as declared, when the response is SUCCESS."""

from datetime import UTC, datetime, timedelta

import pytest

from local.sagemaker import CancelFault, ConnectionFault, ErrorFault
from simulation.declarations import CHALLENGER, CHAMPION, PRODUCTION, SHADOW, declared, variant
from tests.support.endpoint import redeploy
from tests.support.stack import Stack


def test_an_unscheduled_test_is_running_when_the_create_is_answered(stack: Stack) -> None:
    answer = stack.create(declared(Description="is it as good?"))

    assert answer.succeeded
    assert stack.calls() == ["CreateInferenceExperiment", "AddTags"]
    live = stack.describe(answer.physical_id)
    assert live["Status"] == "Running"
    assert live["Description"] == "is it as good?"
    assert live["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 10
    assert stack.shadows() == [SHADOW]


def test_the_answer_carries_every_attribute(stack: Stack) -> None:
    answer = stack.create(declared())

    assert answer.data == {
        "Arn": f"arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/{answer.physical_id}",
        "Name": answer.physical_id,
        "Status": "Running",
        "StatusReason": "",
        "StartTime": "2030-01-01T00:05:30Z",
        "EndTime": "2030-01-08T00:05:00Z",
        "ScheduledEndEpoch": "1894061100",
        "EndpointName": "shop",
        "EndpointConfigName": stack.describe(answer.physical_id)["EndpointMetadata"]["EndpointConfigName"],
        "ProductionVariantName": PRODUCTION,
        "ProductionModelName": CHAMPION,
        "ProductionInstanceType": "ml.m5.xlarge",
        "ShadowVariantName": SHADOW,
        "ShadowInstanceType": "ml.m5.xlarge",
        "Gate": "",
    }


def test_a_scheduled_test_waits_in_created_for_its_start(stack: Stack) -> None:
    schedule = {"StartTime": "2030-02-01T12:00:00+02:00", "EndTime": "2030-02-03T00:00:00Z"}

    answer = stack.create(declared(Schedule=schedule))

    assert answer.succeeded
    live = stack.describe(answer.physical_id)
    assert live["Status"] == "Created"
    assert live["Schedule"]["StartTime"].astimezone(UTC) == datetime(2030, 2, 1, 10, tzinfo=UTC)
    assert live["Schedule"]["EndTime"].astimezone(UTC) == datetime(2030, 2, 3, tzinfo=UTC)
    assert answer.data["StartTime"] == "2030-02-01T10:00:00Z"


def test_everything_that_can_be_declared_reaches_sagemaker(stack: Stack) -> None:
    answer = stack.create(
        declared(
            Name="given-name",
            Type="ShadowMode",
            Description="all of it",
            KmsKey="alias/volumes",
            Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P3D"},
            ModelVariants=[
                variant(PRODUCTION, CHAMPION, count=2),
                variant(SHADOW, CHALLENGER, instance_type="ml.g7e.2xlarge", count=3),
            ],
            DataStorageConfig={
                "Destination": "s3://captures/shop",
                "KmsKey": "alias/captures",
                "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
            },
            Tags=[{"Key": "team", "Value": "search"}],
        )
    )

    assert answer.physical_id == "given-name"
    live = stack.describe("given-name")
    assert live["KmsKey"] == "alias/volumes"
    assert live["Schedule"]["EndTime"] - live["Schedule"]["StartTime"] == timedelta(days=3)
    assert live["DataStorageConfig"] == {
        "Destination": "s3://captures/shop",
        "KmsKey": "alias/captures",
        "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
    shadow = live["ModelVariants"][1]["InfrastructureConfig"]["RealTimeInferenceConfig"]
    assert shadow == {"InstanceType": "ml.g7e.2xlarge", "InstanceCount": 3}
    assert stack.tags("given-name")["team"] == "search"


def test_a_generated_name_is_readable_and_always_the_same(stack: Stack) -> None:
    answer = stack.create(declared())

    assert answer.physical_id.startswith("demo-shadowtest-1-")
    assert Stack().create(declared()).physical_id == answer.physical_id
    assert Stack(logical_id="Other").create(declared()).physical_id != answer.physical_id


def test_an_experiment_that_sagemaker_gives_up_is_a_failure_in_its_words(stack: Stack) -> None:
    stack.sagemaker.faults.add(CancelFault("Starting", "Insufficient capacity for ml.m5.xlarge"))

    answer = stack.create(declared())

    assert not answer.succeeded
    assert "Cancelled" in answer.reason
    assert "Insufficient capacity for ml.m5.xlarge" in answer.reason
    assert stack.delete(declared(), answer.physical_id).succeeded
    assert stack.shadows() == []


def test_a_role_that_cannot_be_assumed_yet_is_tried_again(stack: Stack) -> None:
    not_yet = f"Could not assume role {declared()['RoleArn']}. Please ensure that the role exists"
    stack.sagemaker.faults.add(ErrorFault("CreateInferenceExperiment", "ValidationException", not_yet, times=3))

    assert stack.create(declared()).succeeded


def test_a_role_that_can_never_be_assumed_fails_soon_and_in_sagemakers_words(stack: Stack) -> None:
    never = "Could not assume role arn:aws:iam::123456789012:role/nobody"
    stack.sagemaker.faults.add(ErrorFault("CreateInferenceExperiment", "ValidationException", never, times=1000))
    before = stack.clock.now()

    answer = stack.create(declared())

    assert not answer.succeeded
    assert never in answer.reason
    assert answer.at - before < timedelta(minutes=2)


@pytest.mark.parametrize(
    "fault",
    [
        ErrorFault("CreateInferenceExperiment", "ThrottlingException", "Rate exceeded", times=3),
        ErrorFault("CreateInferenceExperiment", "InternalFailure", "oops", status=500, times=2),
        ErrorFault("CreateInferenceExperiment", "InternalFailure", "oops", status=500, after=True),
        ConnectionFault("CreateInferenceExperiment", times=2),
        ConnectionFault("CreateInferenceExperiment", after=True),
        ErrorFault("DescribeInferenceExperiment", "ThrottlingException", "Rate exceeded", times=4),
        ErrorFault("ListTags", "ThrottlingException", "Rate exceeded", times=4),
        ErrorFault("DescribeEndpoint", "ServiceUnavailable", "later", status=503, times=2),
    ],
    ids=lambda fault: f"{fault.operation}-{'lost' if fault.after else 'failed'}-{type(fault).__name__}",
)
def test_what_passes_is_waited_out_and_creates_one_experiment(stack: Stack, fault: ErrorFault) -> None:
    stack.sagemaker.faults.add(fault)

    answer = stack.create(declared())

    assert answer.succeeded
    assert stack.names() == [answer.physical_id]
    assert stack.describe(answer.physical_id)["Status"] == "Running"


def test_a_limit_of_the_account_is_answered_at_once(stack: Stack) -> None:
    stack.sagemaker.faults.add(ErrorFault("CreateInferenceExperiment", "ResourceLimitExceeded", "0 ml.m5.xlarge left"))

    answer = stack.create(declared())

    assert not answer.succeeded
    assert answer.reason.startswith("CreateInferenceExperiment: ResourceLimitExceeded: 0 ml.m5.xlarge left")
    assert stack.sleeps == 0


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"EndpointName": "nowhere"}, "endpoint nowhere does not exist"),
        (
            {"ModelVariants": [variant(PRODUCTION, "contender"), variant(SHADOW, CHALLENGER)]},
            "ModelName champion (declared contender)",
        ),
        (
            {
                "ModelVariants": [
                    variant(PRODUCTION, CHAMPION, instance_type="ml.c5.large"),
                    variant(SHADOW, CHALLENGER),
                ]
            },
            "InstanceType ml.m5.xlarge (declared ml.c5.large)",
        ),
        ({"Schedule": {"EndTime": "2029-12-31T00:00:00Z"}}, "Schedule.EndTime"),
        ({"Schedule": {"EndTime": "2030-03-01T00:00:00Z"}}, "must be from PT1H to P30D"),
        ({"Schedule": {"EndTime": "2030-01-01T00:30:00Z"}}, "must be from PT1H to P30D"),
        (
            {"Schedule": {"StartTime": "2029-12-30T00:00:00Z", "EndTime": "2030-01-01T00:30:00Z"}},
            "from now, must be from PT1H to P30D from now, because the test starts now (Schedule.StartTime 2029-12-30T",
        ),
        (
            {"Schedule": {"StartTime": "2029-12-30T00:00:00Z", "Duration": "PT1H"}},
            "Schedule.StartTime 2029-12-30T00:00:00Z plus Schedule.Duration PT1H is in the past",
        ),
        ({"DesiredState": "Completed"}, "but there is no test demo-"),
    ],
)
def test_what_would_fail_or_touch_production_is_refused_before_anything_is_called(
    stack: Stack, properties: dict[str, object], words: str
) -> None:
    answer = stack.create(declared(**properties))

    assert not answer.succeeded
    assert words in answer.reason
    assert stack.calls() == []
    assert stack.served() == [PRODUCTION]
    assert stack.delete(declared(**properties), answer.physical_id).succeeded


def test_an_endpoint_in_the_middle_of_an_update_is_waited_for(stack: Stack) -> None:
    redeploy(stack)

    assert stack.create(declared()).succeeded


def test_a_failed_create_can_be_cleaned_up_by_the_id_that_it_answered(stack: Stack) -> None:
    stack.sagemaker.faults.add(CancelFault("Creating", "Something broke"))
    failed = stack.create(declared())

    assert stack.delete(declared(), failed.physical_id).succeeded
    assert stack.create(declared()).succeeded


def test_an_endpoint_is_asked_for_by_its_name_as_declared(stack: Stack) -> None:
    stack.serve("Shop-Ranking")
    stack.clock.advance(stack.sagemaker.behaviour.endpoint_creating)

    assert stack.create(declared(EndpointName="Shop-Ranking")).succeeded
    asked = [call.parameters for call in stack.sagemaker.record if call.operation == "DescribeEndpoint"]
    assert {"EndpointName": "Shop-Ranking"} in asked
    assert {"EndpointName": "shop-ranking"} not in asked


def test_a_create_that_sagemaker_gave_up_says_why_however_late_the_test_was_to_start() -> None:
    stack = Stack(creating=timedelta(minutes=20))
    stack.sagemaker.faults.add(CancelFault("Starting", "no capacity"))

    answer = stack.create(declared(Schedule={"Duration": "P3D"}))

    assert not answer.succeeded
    assert "(no capacity). Start a new run" in answer.reason
    assert "can't change" not in answer.reason
