"""The metrics that SageMaker publishes for each variant of an endpoint."""

from dataclasses import dataclass
from typing import Final

from aws_cdk.aws_cloudwatch import Stats, Unit

REQUESTS: Final = "AWS/SageMaker"
"""The namespace of metrics about requests."""
INSTANCES: Final = "/aws/sagemaker/Endpoints"
"""The namespace of metrics about instances."""


@dataclass(frozen=True)
class KnownMetric:
    """Where SageMaker publishes a metric, every minute, and its usual statistic.

    The unit is for the axes of graphs. As a filter in CloudWatch, it could only omit data.
    """

    namespace: str
    statistic: str
    unit: Unit


KNOWN: Final = {
    "Invocations": KnownMetric(REQUESTS, Stats.SUM, Unit.NONE),
    "InvocationsPerInstance": KnownMetric(REQUESTS, Stats.SUM, Unit.NONE),
    "ConcurrentRequestsPerModel": KnownMetric(REQUESTS, Stats.MAXIMUM, Unit.NONE),
    "ModelLatency": KnownMetric(REQUESTS, Stats.AVERAGE, Unit.MICROSECONDS),
    "OverheadLatency": KnownMetric(REQUESTS, Stats.AVERAGE, Unit.MICROSECONDS),
    "Invocation4XXErrors": KnownMetric(REQUESTS, Stats.SUM, Unit.NONE),
    "Invocation5XXErrors": KnownMetric(REQUESTS, Stats.SUM, Unit.NONE),
    "InvocationModelErrors": KnownMetric(REQUESTS, Stats.SUM, Unit.NONE),
    "CPUUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "MemoryUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "DiskUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "GPUUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "GPUMemoryUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
}
"""The metrics by their names in CloudWatch."""

ERRORS: Final = tuple(name for name in KNOWN if name.endswith("Errors"))
"""The metrics that count errors."""
