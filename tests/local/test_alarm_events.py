"""An alarm that changes state: the event on EventBridge, in the shape of CloudWatch's documents."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.server import LocalAws

PATTERN = {
    "source": ["aws.cloudwatch"],
    "detail-type": ["CloudWatch Alarm State Change"],
    "detail": {"state": {"value": ["ALARM"]}},
}


class Announced:
    """A queue that gets the events of alarms that go to ALARM."""

    def __init__(self, aws: LocalAws) -> None:
        session = aws.session()
        self.cloudwatch, self._sqs = session.client("cloudwatch"), session.client("sqs")
        self._queue = self._sqs.create_queue(QueueName="announced")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        events = session.client("events")
        events.put_rule(Name="announced", EventPattern=json.dumps(PATTERN), ScheduleExpression="rate(1 day)")
        events.put_targets(Rule="announced", Targets=[{"Id": "queue", "Arn": arn}])

    def become(self, alarm: str, state: str) -> None:
        self.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason=f"{alarm} is {state}")

    def events(self) -> list[dict[str, Any]]:
        found = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]


@pytest.fixture(scope="module")
def announced(aws: LocalAws) -> Iterator[Announced]:
    made = Announced(aws)
    made.cloudwatch.put_metric_alarm(
        AlarmName="slow",
        Namespace="AWS/SageMaker",
        MetricName="ModelLatency",
        Dimensions=[{"Name": "EndpointName", "Value": "shop"}],
        ExtendedStatistic="p90",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=False,
    )
    made.cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule="ALARM(slow)")
    yield made
    made.cloudwatch.delete_alarms(AlarmNames=["any"])
    made.cloudwatch.delete_alarms(AlarmNames=["slow"])


def test_an_alarm_and_the_composite_alarm_above_it_are_announced_even_without_actions(announced: Announced) -> None:
    announced.become("slow", "OK")
    assert announced.events() == []

    announced.become("slow", "ALARM")

    by_name = {event["detail"]["alarmName"]: event for event in announced.events()}
    assert by_name.keys() == {"slow", "any"}
    slow = by_name["slow"]
    assert (slow["source"], slow["detail-type"]) == ("aws.cloudwatch", "CloudWatch Alarm State Change")
    assert [arn.rpartition(":")[2] for arn in slow["resources"]] == ["slow"]
    assert slow["detail"]["state"]["value"] == "ALARM"
    assert slow["detail"]["state"]["reason"] == "slow is ALARM"
    assert slow["detail"]["previousState"] == {"value": "OK"}
    (metric,) = slow["detail"]["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {"namespace": "AWS/SageMaker", "name": "ModelLatency", "dimensions": {"EndpointName": "shop"}},
        "period": 60,
        "stat": "p90",
    }
    assert by_name["any"]["detail"]["configuration"]["alarmRule"] == "ALARM(slow)"


def test_an_alarm_that_stays_in_its_state_is_not_announced_again(announced: Announced) -> None:
    announced.become("slow", "ALARM")
    announced.events()

    announced.become("slow", "ALARM")

    assert announced.events() == []
