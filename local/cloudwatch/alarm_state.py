"""The state of an alarm, by the latest values of its metric."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from local.cloudwatch.metric_math import Series

INSUFFICIENT_DATA = "INSUFFICIENT_DATA"

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
"""Which values breach the threshold, by ``ComparisonOperator``."""

_MORE = 2
"""CloudWatch reads more values than it evaluates. Its user guide has 5 for 3, and no rule."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How an alarm judges its values, under CloudWatch's names."""

    evaluation_periods: int
    datapoints_to_alarm: int
    comparison_operator: str
    threshold: float
    treat_missing_data: str = "missing"

    @property
    def periods_read(self) -> int:
        return self.evaluation_periods + _MORE

    def state(self, values: Series, current: str) -> str:
        """The state after these values, the latest last. ``current``: the state until now."""
        breaches = COMPARISONS[self.comparison_operator]
        read = values[-self.periods_read :]
        breaching = [breaches(value, self.threshold) for value in read if value is not None]
        breaching = breaching[-self.evaluation_periods :]
        missing = self.evaluation_periods - len(breaching)
        if missing and self.treat_missing_data in ("breaching", "notBreaching"):
            breaching += [self.treat_missing_data == "breaching"] * missing
            missing = 0
        if sum(breaching) >= self.datapoints_to_alarm:
            return "ALARM"
        if not missing or not all(breaching):
            return "OK"
        if self.treat_missing_data == "ignore":
            return current
        # The latest values are missing, and all before were breaching: CloudWatch does not wait for more.
        return "ALARM" if read[0] is not None else INSUFFICIENT_DATA
