"""Alarms on the function that manages experiments."""

from typing import Any, Unpack

from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, IMetric, TreatMissingData
from constructs import Construct

from sagemaker_inference_experiment._cloudwatch.options import AlarmOptions


def alarm_on_any(scope: Construct, id: str, metric: IMetric, says: str, **options: Unpack[AlarmOptions]) -> Alarm:
    """An alarm that goes into ALARM with the first value of at least 1."""
    defaults: AlarmOptions = {
        "alarm_description": says,
        "comparison_operator": ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        "evaluation_periods": 1,
        "treat_missing_data": TreatMissingData.NOT_BREACHING,
    }
    arguments: dict[str, Any] = {**defaults, **options}
    return Alarm(scope, id, metric=metric, threshold=1, **arguments)
