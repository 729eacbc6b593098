"""What must hold before the shadow variant is promoted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import IAlarm

from inference_experiment_handler.model import operations
from sagemaker_inference_experiment._criterion import Alarms, Criterion, alarm_name
from sagemaker_inference_experiment._durations import ISO_UNITS, iso, unit_faults
from sagemaker_inference_experiment._tokens import is_unresolved


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What must hold before the shadow variant is promoted (``PromoteIf``).

    For example:

    ```python
    Conclusion.promote_shadow(
        only_if=Gate(
            criteria=[
                Criterion.traffic(min_invocations=20_000),
                Criterion.latency(statistic="p99", max_ratio=1.1),
                Criterion.error_rate(max_increase=0.1),
            ],
            window=Duration.hours(24),
        )
    )
    ```

    All enforced criteria must hold. Otherwise, the deployment is refused before anything changes: the test continues,
    and the reason shows the value, the limit and the number of samples of each criterion. The function reads the
    metrics and alarms of the account and region of the experiment, and has this permission only if a gate is declared.

    Args:
        criteria: The criteria, 1 to 20 (``Criteria``).
        window: How far back the metrics are taken into account, 5 minutes to 30 days (``Window``). If omitted, it is
            the whole time since the start of the test.
        patience: How long a deployment waits while an enforced criterion is inconclusive, up to 1 hour (``Patience``).
            If omitted, it does not wait.
    """

    criteria: tuple[Criterion, ...] | list[Criterion]
    window: Duration | None = None
    patience: Duration | None = None

    def _render(self) -> dict[str, Any]:
        durations = {"Window": self.window, "Patience": self.patience}
        return {
            **{key: iso(duration) for key, duration in durations.items() if duration is not None},
            "Criteria": [criterion._render() for criterion in self.criteria],
        }

    def _faults(self, path: str) -> list[str]:
        """The faults that its properties do not show."""
        durations = {"window": self.window, "patience": self.patience}
        return [
            *(
                fault
                for name, duration in durations.items()
                if duration is not None
                for fault in unit_faults(f"{path}.{name}", duration, ISO_UNITS)
            ),
            *(
                fault
                for index, criterion in enumerate(self.criteria)
                for fault in criterion._faults(f"{path}.criteria[{index}]")
            ),
            *self._repetitions(path),
        ]

    def _repetitions(self, path: str) -> Iterator[str]:
        """The faults of alarms of the app that are given twice. The handler's parser finds repeated literal names."""
        first: dict[str, str] = {}
        for place, alarm in self._alarms(path):
            name = alarm_name(alarm)
            before = first.setdefault(name, place)
            if before != place and is_unresolved(name):
                yield f"{place} is the same alarm as {before}, must be another one"

    def _alarms(self, path: str) -> Iterator[tuple[str, IAlarm]]:
        """Its alarms, each with its parameter."""
        for index, criterion in enumerate(self.criteria):
            for position, alarm in enumerate(criterion.alarms if isinstance(criterion, Alarms) else ()):
                yield f"{path}.criteria[{index}].alarms[{position}]", alarm

    @property
    def _reads(self) -> list[str]:
        """The operations of CloudWatch that judge it."""
        of_alarms = any(isinstance(criterion, Alarms) for criterion in self.criteria)
        return [operations.GET_METRIC_DATA, *([operations.DESCRIBE_ALARMS] if of_alarms else [])]
