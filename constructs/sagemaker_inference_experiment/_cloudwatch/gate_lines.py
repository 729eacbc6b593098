"""The limits of a gate as horizontal lines in graphs."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk.aws_cloudwatch import Color, HorizontalAnnotation

from inference_experiment_handler.spec.gate import MODEL_ERRORS
from sagemaker_inference_experiment._criterion import ErrorRate, Latency
from sagemaker_inference_experiment._durations import milliseconds
from sagemaker_inference_experiment._gate import Gate


@dataclass(frozen=True)
class GateLines:
    """The lines for each graph; none without a gate."""

    gate: Gate | None

    def of_latency(self, statistic: str) -> list[HorizontalAnnotation]:
        """The highest latencies, in milliseconds."""
        return [
            _line(milliseconds(each.max), _label(each))
            for each in self._latencies
            if each.statistic == statistic and each.max is not None
        ]

    def of_latency_ratio(self, colors: Mapping[str, str]) -> list[HorizontalAnnotation]:
        """The highest ratios to production's latency, in the colors of the percentiles that the graph shows."""
        return [
            _line(each.max_ratio, f"{_label(each)}, {each.statistic}", colors[each.statistic])
            for each in self._latencies
            if each.statistic in colors and each.max_ratio is not None
        ]

    def of_error_rate(self, metric_name: str) -> list[HorizontalAnnotation]:
        """The highest error rates, in percent."""
        return [_line(each.max, _label(each)) for each in self._error_rates(metric_name) if each.max is not None]

    def of_error_rate_difference(self, metric_name: str) -> list[HorizontalAnnotation]:
        """The highest differences to production's error rate, in percentage points."""
        return [
            _line(each.max_increase, _label(each))
            for each in self._error_rates(metric_name)
            if each.max_increase is not None
        ]

    @property
    def _latencies(self) -> list[Latency]:
        return [each for each in self._criteria if isinstance(each, Latency)]

    def _error_rates(self, metric_name: str) -> list[ErrorRate]:
        given = [each for each in self._criteria if isinstance(each, ErrorRate)]
        return [each for each in given if (each.metric_name or MODEL_ERRORS) == metric_name]

    @property
    def _criteria(self) -> list[object]:
        return list(self.gate.criteria) if self.gate is not None else []


def _line(value: float, label: str, color: str = Color.RED) -> HorizontalAnnotation:
    return HorizontalAnnotation(value=value, label=label, color=color)


def _label(criterion: Latency | ErrorRate) -> str:
    return "reported with the gate" if criterion.enforce is False else "gate"
