"""What has to hold before the shadow variant is promoted: one class for each type of criterion."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import IAlarm

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._booleans import take_booleans
from sagemaker_inference_experiment._durations import ISO_UNITS, iso, milliseconds, unit_faults
from sagemaker_inference_experiment._numbers import take_numbers


class Criterion(ABC):
    """A condition of a ``Gate``. There is a method for each type:

    ```python
    from aws_cdk.aws_cloudwatch import Alarm

    Criterion.traffic(min_invocations=20_000)
    Criterion.latency(statistic="p99", max_ratio=1.1, max=Duration.millis(250))
    Criterion.error_rate(max_increase=0.1)
    Criterion.metric(namespace="Shop", metric_name="Agreement", statistic="Average", min=0.98)
    Criterion.alarms(Alarm.from_alarm_name(self, "TooSlow", "ranking-too-slow"))
    Criterion.running(at_least=Duration.days(2), enforce=False)
    ```

    Each criterion holds, fails or is inconclusive. It is inconclusive for as long as there is too little data to
    decide. Metrics are those of the gate's ``window``. With ``enforce=False``, a criterion is only reported and
    does not decide. A number or ``enforce`` can also be a string, such as a value from CDK's context.
    """

    enforce: bool
    """Whether the criterion decides (``Enforce``). If false, it is only reported."""

    def __post_init__(self) -> None:
        take_booleans(self, "enforce")

    @staticmethod
    def traffic(*, min_invocations: int, enforce: bool = True) -> "Criterion":
        """The shadow variant has received at least this number of requests (``Traffic``).

        Args:
            min_invocations: The number of requests in the window, at least 1 (``MinInvocations``).
            enforce: Whether the criterion decides (``Enforce``). If false, it is only reported.
        """
        return Traffic(min_invocations=min_invocations, enforce=enforce)

    @staticmethod
    def latency(
        *, statistic: str, max_ratio: float | None = None, max: Duration | None = None, enforce: bool = True
    ) -> "Criterion":
        """A percentile of the shadow variant's latency, ``ModelLatency``, is within limits (``Latency``).

        It requires one of the limits, or both.

        Args:
            statistic: The percentile, ``p0.1`` to ``p99.9`` (``Statistic``).
            max_ratio: The highest ratio of the shadow variant's percentile to production's (``MaxRatio``). 1.1 allows
                10 % more.
            max: The highest value of the shadow variant's percentile, up to 1 hour (``Max``, in milliseconds). A token
                must be in milliseconds.
            enforce: Whether the criterion decides (``Enforce``). If false, it is only reported.
        """
        return Latency(statistic=statistic, max_ratio=max_ratio, max=max, enforce=enforce)

    @staticmethod
    def error_rate(
        *,
        metric_name: str | None = None,
        max_increase: float | None = None,
        max: float | None = None,
        enforce: bool = True,
    ) -> "Criterion":
        """The shadow variant's error rate, the percentage of its requests that fail, is within limits (``ErrorRate``).

        It requires one of the limits, or both.

        Args:
            metric_name: The metric of the errors (``MetricName``): ``InvocationModelErrors``, ``Invocation4XXErrors``
                or ``Invocation5XXErrors``. If omitted, all errors count (``InvocationModelErrors``).
            max_increase: The highest difference between the shadow variant's error rate and production's, 0 to 100
                percentage points (``MaxIncrease``).
            max: The highest error rate of the shadow variant, in percent: more than 0, up to 100 (``Max``).
            enforce: Whether the criterion decides (``Enforce``). If false, it is only reported.
        """
        return ErrorRate(metric_name=metric_name, max_increase=max_increase, max=max, enforce=enforce)

    @staticmethod
    def metric(
        *,
        namespace: str,
        metric_name: str,
        dimensions: Mapping[str, str] | None = None,
        statistic: str,
        min: float | None = None,
        max: float | None = None,
        enforce: bool = True,
    ) -> "Criterion":
        """A statistic of any metric of the experiment's account and region is within limits (``Metric``).

        It requires one of the limits, or both.

        Args:
            namespace: The metric's namespace (``Namespace``).
            metric_name: The metric's name (``MetricName``).
            dimensions: The metric's dimensions, at most 30 (``Dimensions``); none if omitted. CloudWatch finds only a
                metric with exactly these dimensions.
            statistic: ``Average``, ``Sum``, ``Minimum``, ``Maximum``, ``SampleCount`` or a percentile, ``p0.1`` to
                ``p99.9`` (``Statistic``).
            min: The lowest value, in the metric's own unit (``Min``).
            max: The highest value, in the metric's own unit (``Max``).
            enforce: Whether the criterion decides (``Enforce``). If false, it is only reported.
        """
        return Metric(
            namespace=namespace,
            metric_name=metric_name,
            dimensions=dimensions,
            statistic=statistic,
            min=min,
            max=max,
            enforce=enforce,
        )

    @staticmethod
    def alarms(*alarms: IAlarm, enforce: bool = True) -> "Criterion":
        """All these alarms are in state OK (``Alarms``).

        An alarm on this experiment's own metrics is created after the experiment. Give the alarm a name, and use
        ``Alarm.from_alarm_name``.

        Args:
            alarms: 1 to 100 alarms or composite alarms of the experiment's account and region (``AlarmNames``).
            enforce: Whether the criterion decides (``Enforce``). If false, it is only reported.
        """
        return Alarms(alarms=alarms, enforce=enforce)

    @staticmethod
    def running(*, at_least: Duration, enforce: bool = True) -> "Criterion":
        """The test has run for at least this time (``Running``).

        Args:
            at_least: The time since the test's actual start, 1 minute to 30 days (``AtLeast``).
            enforce: Whether the criterion decides (``Enforce``). If false, it is only reported.
        """
        return Running(at_least=at_least, enforce=enforce)

    @abstractmethod
    def _properties(self) -> dict[str, Any]:
        """The properties of this type; ``None`` for what is omitted."""

    def _render(self) -> dict[str, Any]:
        enforce = None if self.enforce is True else self.enforce
        properties = {"Type": type(self).__name__, **self._properties(), "Enforce": enforce}
        return {key: value for key, value in properties.items() if value is not None}

    def _faults(self, _path: str) -> list[str]:
        """The faults that its properties do not show."""
        return []


@dataclass(frozen=True, kw_only=True)
class Traffic(Criterion):
    min_invocations: int
    enforce: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        take_numbers(self, "min_invocations")

    def _properties(self) -> dict[str, Any]:
        return {"MinInvocations": self.min_invocations}


@dataclass(frozen=True, kw_only=True)
class Latency(Criterion):
    statistic: str
    max_ratio: float | None
    max: Duration | None
    enforce: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        take_numbers(self, "max_ratio")

    def _properties(self) -> dict[str, Any]:
        most = milliseconds(self.max) if self.max is not None else None
        return {"Statistic": self.statistic, "MaxRatio": self.max_ratio, "Max": most}

    def _faults(self, path: str) -> list[str]:
        return unit_faults(f"{path}.max", self.max, ["millis"]) if self.max is not None else []


@dataclass(frozen=True, kw_only=True)
class ErrorRate(Criterion):
    metric_name: str | None
    max_increase: float | None
    max: float | None
    enforce: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        take_numbers(self, "max_increase", "max")

    def _properties(self) -> dict[str, Any]:
        return {"MetricName": self.metric_name, "MaxIncrease": self.max_increase, "Max": self.max}


@dataclass(frozen=True, kw_only=True)
class Metric(Criterion):
    namespace: str
    metric_name: str
    dimensions: Mapping[str, str] | None
    statistic: str
    min: float | None
    max: float | None
    enforce: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        take_numbers(self, "min", "max")

    def _properties(self) -> dict[str, Any]:
        return {
            "Namespace": self.namespace,
            "MetricName": self.metric_name,
            "Dimensions": self.dimensions,
            "Statistic": self.statistic,
            "Min": self.min,
            "Max": self.max,
        }


@dataclass(frozen=True, kw_only=True)
class Alarms(Criterion):
    # Without `field()`, the method of the same name would be the default.
    alarms: tuple[IAlarm, ...] = field()  # type: ignore[assignment]
    enforce: bool

    def _properties(self) -> dict[str, Any]:
        return {"AlarmNames": [alarm_name(alarm) for alarm in self.alarms]}


@dataclass(frozen=True, kw_only=True)
class Running(Criterion):
    at_least: Duration
    enforce: bool

    def _properties(self) -> dict[str, Any]:
        return {"AtLeast": iso(self.at_least)}

    def _faults(self, path: str) -> list[str]:
        return unit_faults(f"{path}.at_least", self.at_least, ISO_UNITS)


@ask_once
def alarm_name(alarm: IAlarm) -> str:
    return alarm.alarm_name
