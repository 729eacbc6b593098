"""Alarms on metric math: deployed by CloudFormation, and evaluated when the clock of the local AWS is advanced."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.sagemaker.traffic import Traffic
from local.server import LocalAws
from tests.support.puppet_stack import PuppetStack

MINUTES = timedelta(minutes=1)


def metric(id: str, name: str) -> dict[str, Any]:
    dimensions = [{"Name": "Of", "Value": "it"}]
    stat = {"Metric": {"Namespace": "N", "MetricName": name, "Dimensions": dimensions}, "Period": "60", "Stat": "Sum"}
    return {"Id": id, "MetricStat": stat, "ReturnData": "false"}


def alarm(expression: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": "1",
            "Threshold": "1.2",
            "Metrics": [metric("shadow", "Slow"), metric("production", "Quick"), {"Id": "e", "Expression": expression}],
            **properties,
        },
    }


class Watched:
    """One alarm of a stack, and its metrics."""

    def __init__(self, aws: LocalAws, name: str) -> None:
        self._aws, self._name = aws, name
        self._cloudwatch = aws.session().client("cloudwatch")

    def put(self, **values: float) -> None:
        """One value of each metric for the last minute."""
        self._aws.control.advance(2 * MINUTES)
        at = datetime.fromisoformat(self._aws.control.now()) - MINUTES
        for name, value in values.items():
            of = {"MetricName": name, "Dimensions": [{"Name": "Of", "Value": "it"}], "Timestamp": at, "Value": value}
            self._cloudwatch.put_metric_data(Namespace="N", MetricData=[of])

    def described(self) -> dict[str, Any]:
        (described,) = self._cloudwatch.describe_alarms(AlarmNames=[self._name])["MetricAlarms"]
        return dict(described)

    @property
    def state(self) -> str:
        return str(self.described()["StateValue"])

    def history(self) -> list[str]:
        items = self._cloudwatch.describe_alarm_history(AlarmName=self._name, HistoryItemType="StateUpdate")
        return [each["HistorySummary"] for each in items["AlarmHistoryItems"]]


@pytest.fixture
def watched(aws: LocalAws, stack: PuppetStack) -> Watched:
    # From then on, CloudWatch looks at its alarms when the clock is advanced.
    aws.control.traffic(Traffic())
    return Watched(aws, f"{stack.name}-alarm")


def test_it_goes_to_alarm_and_back_to_ok(stack: PuppetStack, watched: Watched) -> None:
    stack.create(Alarm=alarm("shadow / production", AlarmName=f"{stack.name}-alarm"))
    assert (watched.state, watched.described()["Threshold"]) == ("INSUFFICIENT_DATA", 1.2)

    watched.put(Slow=13, Quick=10)
    assert watched.state == "ALARM"
    watched.put(Slow=11, Quick=10)
    assert watched.state == "OK"
    assert sorted(watched.history())[:2] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]


def test_missing_data_is_treated_as_declared(aws: LocalAws, stack: PuppetStack, watched: Watched) -> None:
    declared = {"AlarmName": f"{stack.name}-alarm", "TreatMissingData": "notBreaching"}
    stack.create(Alarm=alarm("shadow / production", **declared))
    assert watched.state == "OK"

    watched.put(Slow=13, Quick=10)
    assert watched.state == "ALARM"
    aws.control.advance(10 * MINUTES)
    assert watched.state == "OK"


def test_several_periods_must_be_breaching(stack: PuppetStack, watched: Watched) -> None:
    declared = {"AlarmName": f"{stack.name}-alarm", "EvaluationPeriods": "3", "DatapointsToAlarm": "2"}
    stack.create(Alarm=alarm("shadow", **declared))

    watched.put(Slow=13)
    assert watched.state == "INSUFFICIENT_DATA"
    watched.put(Slow=13)
    assert watched.state == "ALARM"


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ({"Metrics": [{"Id": "e", "Expression": "SEARCH('x', 'Sum')"}, metric("m", "Slow")]}, "refer to what is not"),
        ({"Metrics": [{"Id": "e", "Expression": "SUM([m])"}, metric("m", "Slow")]}, "not known here: SUM([m])"),
        ({"Metrics": [{"Id": "e", "Expression": "TIME_SERIES(1)"}]}, "needs metrics of one period, and one result"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "GreaterThanUpperThreshold is not known here"),
    ],
)
def test_what_is_not_known_is_logged_once_and_not_evaluated(
    aws: LocalAws, stack: PuppetStack, watched: Watched, properties: dict[str, Any], why: str
) -> None:
    declared = {"AlarmName": f"{stack.name}-alarm", "TreatMissingData": "breaching", **properties}
    assert stack.create(Alarm=alarm("shadow", **declared)) == "CREATE_COMPLETE"
    watched.put(Slow=13)

    assert watched.state == "INSUFFICIENT_DATA"
    said = [line for line in aws.log_path.read_text().splitlines() if f"alarm {stack.name}-alarm is not" in line]
    assert len(said) == 1
    assert why in said[0]
