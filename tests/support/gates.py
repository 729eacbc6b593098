"""Gates of an experiment in an app."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk.aws_cloudwatch import Alarm, Metric

from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
    InvalidExperimentError,
)

TRAFFIC = Criterion.traffic(min_invocations=20_000)
LATENCY = Criterion.latency(statistic="p99", max_ratio=1.1)
METRIC: dict[str, Any] = {"namespace": "Shop", "metric_name": "Agreement", "statistic": "Average"}


def promoting(*criteria: Criterion, **options: Any) -> dict[str, Any]:
    return {"conclusion": Conclusion.promote_shadow(only_if=Gate(criteria=criteria, **options))}


def faults_of(declared: Any, **given: Any) -> list[str]:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)
    return [line.removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]


def alarm_in(stack: Stack, id: str = "Alarm") -> Alarm:
    metric = Metric(namespace="Shop", metric_name="Errors")
    return Alarm(stack, id, metric=metric, threshold=1, evaluation_periods=1)
