"""``Latency``: a percentile of the shadow variant's ``ModelLatency``, or its ratio to that of production."""

from collections.abc import Iterator, Sequence
from math import inf

from inference_experiment_handler.evidence.judgement import Limit
from inference_experiment_handler.evidence.period_by_period import PeriodByPeriod
from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.spec.gate import Latency

MODEL_LATENCY = "ModelLatency"
_MICROSECONDS = 1000
"""The number of microseconds in a millisecond. SageMaker publishes latencies in microseconds."""


def limits(criterion: Latency, scope: Scope) -> Iterator[PeriodByPeriod]:
    def shadow(statistic: str) -> Sequence[Query]:
        return [scope.of_shadow(MODEL_LATENCY, statistic)]

    def both(statistic: str) -> Sequence[Query]:
        return [*shadow(statistic), scope.of_production(MODEL_LATENCY, statistic)]

    if criterion.max_ratio is not None:
        limit = Limit("MaxRatio", criterion.max_ratio)
        yield PeriodByPeriod(limit, criterion.statistic, both, _ratio, " times production's")
    if criterion.max is not None:
        limit = Limit("Max", criterion.max, "ms")
        yield PeriodByPeriod(limit, criterion.statistic, shadow, _milliseconds, " ms")


def _ratio(of: Sequence[float]) -> float:
    shadow, production = of
    return shadow / production if production > 0 else inf


def _milliseconds(of: Sequence[float]) -> float:
    return of[0] / _MICROSECONDS
