"""What a report compares."""

from dataclasses import dataclass

from inference_experiment_handler.evidence.queries import INSTANCES, REQUESTS

PERCENTILES = ("p50", "p90", "p99")
INVOCATIONS = "Invocations"


@dataclass(frozen=True)
class Measure:
    """A metric of SageMaker, and how it is shown.

    ``scale``: how many of CloudWatch's units are one ``unit``.
    """

    namespace: str
    metric_name: str
    title: str
    unit: str
    scale: float = 1


LATENCIES = (
    Measure(REQUESTS, "ModelLatency", "Model latency", "ms", 1000),
    Measure(REQUESTS, "OverheadLatency", "Overhead latency", "ms", 1000),
)
ERRORS = (
    Measure(REQUESTS, "Invocation4XXErrors", "4xx errors", "%"),
    Measure(REQUESTS, "Invocation5XXErrors", "5xx errors", "%"),
    Measure(REQUESTS, "InvocationModelErrors", "All model errors", "%"),
)
UTILISATION = (
    Measure(INSTANCES, "CPUUtilization", "CPU", "%"),
    Measure(INSTANCES, "MemoryUtilization", "Memory", "%"),
    Measure(INSTANCES, "GPUUtilization", "GPU", "%"),
    Measure(INSTANCES, "GPUMemoryUtilization", "GPU memory", "%"),
)
"""A metric that an instance type does not have is omitted."""
