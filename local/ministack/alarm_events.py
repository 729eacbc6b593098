"""What becomes of an alarm that changes state, which MiniStack lacks.

* CloudWatch sends an event to EventBridge, in the shape of CloudWatch's documents.
* EventBridge invokes a function asynchronously: Lambda tries again, and sends what has failed to its destination.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.services import cloudwatch, eventbridge, lambda_svc

Alarm = dict[str, Any]
Dispatch = Callable[[Alarm, str, str, str], None]


def install() -> None:
    cloudwatch._dispatch_alarm_actions = _announcing(cloudwatch._dispatch_alarm_actions)
    eventbridge._dispatch_to_lambda = _invoke


def _announcing(original: Dispatch) -> Dispatch:
    """An alarm's actions may be disabled. Its event is sent in any case."""

    def dispatch(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
        entry = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Resources": [alarm["AlarmArn"]],
            "Detail": json.dumps(_detail(alarm, old_state, new_state, reason)),
        }
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
        original(alarm, old_state, new_state, reason)

    return dispatch


def _detail(alarm: Alarm, old_state: str, new_state: str, reason: str) -> dict[str, Any]:
    changed = datetime.fromtimestamp(alarm["StateUpdatedTimestamp"], UTC)
    configuration = {"alarmRule": alarm["AlarmRule"]} if "AlarmRule" in alarm else {"metrics": _metrics(alarm)}
    return {
        "alarmName": alarm["AlarmName"],
        "configuration": {"description": alarm.get("AlarmDescription", ""), **configuration},
        "previousState": {"value": old_state},
        "state": {"value": new_state, "reason": reason, "timestamp": f"{changed:%Y-%m-%dT%H:%M:%S}.000+0000"},
    }


def _metrics(alarm: Alarm) -> list[dict[str, Any]]:
    if not alarm.get("MetricName"):
        # Metric math, whose queries have other names in the event.
        return [{"id": each["Id"], "returnData": each.get("ReturnData", True)} for each in alarm.get("Metrics") or ()]
    metric = {
        "namespace": alarm["Namespace"],
        "name": alarm["MetricName"],
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or ()},
    }
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "")
    return [
        {
            "id": "m1",
            "metricStat": {"metric": metric, "period": alarm["Period"], "stat": stat},
            "returnData": True,
        }
    ]


def _invoke(function_arn: str, payload: str) -> None:
    function, config, _ = lambda_svc._get_func_record_for_ref(function_arn)
    if function and config:
        lambda_svc.invoke_async_with_retry(
            lambda_svc._execution_record_for_config(function, config), json.loads(payload)
        )
