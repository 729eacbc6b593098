"""Alarms on metric math for MiniStack's CloudFormation: they are deployed and described, and stay INSUFFICIENT_DATA.

MiniStack has no metric math, so it can't evaluate them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services.cloudformation import provisioners

Record = Callable[[str, Mapping[str, Any]], dict[str, Any]]
_NO_METRIC = {"MetricName": "-", "Namespace": "-", "Period": 60, "Statistic": "Average"}


def install() -> None:
    provisioners._cw_metric_alarm_record = _with_math(provisioners._cw_metric_alarm_record)


def _with_math(original: Record) -> Record:
    def record(name: str, props: Mapping[str, Any]) -> dict[str, Any]:
        if not props.get("Metrics"):
            return original(name, props)
        rest = {key: value for key, value in props.items() if key != "Metrics"}
        alarm = original(name, {**_NO_METRIC, **rest})
        # Without a metric MiniStack evaluates nothing.
        return {**alarm, "MetricName": "", "Namespace": "", "Metrics": props["Metrics"]}

    return record
