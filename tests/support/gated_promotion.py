"""A promotion that ``PromoteIf`` guards, of a test whose variants have traffic."""

from datetime import timedelta
from typing import Any

from local.sagemaker.publisher import Publisher
from local.sagemaker.traffic import Performance, Traffic
from simulation.declarations import CHALLENGER, CHAMPION, PROMOTE, declared
from tests.support.stack import Stack

CRITERIA = [
    {"Type": "Traffic", "MinInvocations": 5000},
    {"Type": "Latency", "Statistic": "p90", "MaxRatio": 1.1},
    {"Type": "ErrorRate", "MaxIncrease": 1},
]
CHANGES = {"UpdateInferenceExperiment", "StopInferenceExperiment", "AddTags", "DeleteTags"}


def gated(*criteria: dict[str, Any], actions: dict[str, str] = PROMOTE, **changes: Any) -> dict[str, Any]:
    gate: dict[str, Any] = {key: changes.pop(key) for key in ("Window", "Patience") if key in changes}
    gate["Criteria"] = list(criteria or CRITERIA)
    return declared(DesiredState="Completed", ModelVariantActions=actions, PromoteIf=gate, **changes)


def run_for_two_hours(stack: Stack) -> str:
    """Runs a test for two hours. The shadow variant gets a tenth of 1,000 requests a minute. Returns its name."""
    has_traffic(stack)
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(hours=2))
    return name


def has_traffic(stack: Stack, per_minute: float = 1000, **challenger: float) -> None:
    publisher = Publisher(stack.sagemaker)
    models = {CHAMPION: Performance(latency_ms=40), CHALLENGER: Performance(**{"latency_ms": 40} | challenger)}
    publisher.traffic = Traffic(requests_per_minute=per_minute, performances=models)
    stack.cloudwatch.source = publisher.due
    stack.cloudwatch.late = timedelta(minutes=2)
