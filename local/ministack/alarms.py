"""Alarms on metric math: MiniStack's CloudFormation refuses them, and its CloudWatch has no metric math.

An alarm whose expressions are not known here stays INSUFFICIENT_DATA, and the server's log says why.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from local.cloudwatch.alarm_state import COMPARISONS, Evaluation
from local.cloudwatch.metric_math import Series, UnknownExpressionError, calculated

Alarm = dict[str, Any]
Record = Callable[[str, Mapping[str, Any]], Alarm]
_NO_METRIC = {"MetricName": "-", "Namespace": "-", "Period": 60, "Statistic": "Average"}
_MINUTE = 60

logger = logging.getLogger(__name__)


def install() -> None:
    provisioners._cw_metric_alarm_record = _with_math(provisioners._cw_metric_alarm_record)
    cloudwatch._evaluate_alarm = _with_math_evaluated(cloudwatch._evaluate_alarm)


def _with_math(original: Record) -> Record:
    def record(name: str, props: Mapping[str, Any]) -> Alarm:
        if not props.get("Metrics"):
            return original(name, props)
        rest = {key: value for key, value in props.items() if key != "Metrics"}
        alarm = original(name, {**_NO_METRIC, **rest})
        # Without a metric MiniStack evaluates nothing.
        return {**alarm, "MetricName": "", "Namespace": "", "Metrics": props["Metrics"]}

    return record


def _with_math_evaluated(original: Callable[[Alarm], None]) -> Callable[[Alarm], None]:
    said: set[str] = set()

    def evaluate(alarm: Alarm) -> None:
        if not alarm.get("Metrics"):
            original(alarm)
            return
        try:
            state = _state(alarm)
        except UnknownExpressionError as error:
            words = f"alarm {alarm['AlarmName']} is not evaluated: {error}"
            if words not in said:
                said.add(words)
                logger.warning(words)
            return
        _become(alarm, state)

    return evaluate


def _state(alarm: Alarm) -> str:
    """The state by the values of whole periods, the last of which ends with the last whole minute."""
    if alarm["ComparisonOperator"] not in COMPARISONS:
        raise UnknownExpressionError(f"comparison operator {alarm['ComparisonOperator']} is not known here")
    of = int(alarm["EvaluationPeriods"])
    evaluation = Evaluation(
        evaluation_periods=of,
        datapoints_to_alarm=int(alarm.get("DatapointsToAlarm", of)),
        comparison_operator=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        treat_missing_data=alarm["TreatMissingData"],
    )
    queries = alarm["Metrics"]
    stats = {each["Id"]: each["MetricStat"] for each in queries if each.get("MetricStat")}
    expressions = {each["Id"]: each["Expression"] for each in queries if each.get("Expression")}
    results = [each["Id"] for each in queries if str(each.get("ReturnData", True)).lower() == "true"]
    periods = {int(stat["Period"]) for stat in stats.values()}
    if len(periods) != 1 or len(results) != 1:
        raise UnknownExpressionError("an alarm needs metrics of one period, and one result")
    (period,), (result,) = periods, results
    end = cloudwatch.time.time() // _MINUTE * _MINUTE
    moments = [end - period * (before + 1) for before in reversed(range(evaluation.periods_read))]
    series = {id: _series(stat, moments, period) for id, stat in stats.items()}
    return evaluation.state(calculated(expressions, series, moments)[result], alarm["StateValue"])


def _series(stat: Mapping[str, Any], moments: Sequence[float], period: int) -> Series:
    """The values of one metric, each of which covers a period from its moment on."""
    metric = stat["Metric"]
    dimensions = cloudwatch._dims_key({each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()})
    points = cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], dimensions)) or []
    covered = defaultdict(list)
    for point in points:
        covered[(point["Timestamp"] - moments[0]) // period].append(point)
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(covered[i]), stat["Stat"], covered[i]) if i in covered else None
        for i in range(len(moments))
    ]


def _become(alarm: Alarm, state: str) -> None:
    """The same that MiniStack does with an alarm on a metric."""
    before = alarm["StateValue"]
    if state == before:
        return
    reason = f"Threshold Crossed: {alarm['ComparisonOperator']} {alarm['Threshold']}"
    alarm["StateValue"] = state
    alarm["StateReason"] = reason
    alarm["StateUpdatedTimestamp"] = int(cloudwatch.time.time())
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
