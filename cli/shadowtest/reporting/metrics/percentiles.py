"""Percentiles of several periods.

They can't be averaged: the p99 of a day is not the mean of the p99 of its hours. So what is told is the median of the
periods, and the lowest and highest of them. A period with too few requests says nothing and is left out.
"""

from statistics import median

from inference_experiment_handler.evidence.percentiles import samples_needed
from inference_experiment_handler.evidence.series import Series
from shadowtest.reporting.metrics.values import Value, missing


def percentile(statistic: str, values: Series, counts: Series) -> Value:
    """The median of the periods in which there were enough requests. ``counts``: the samples of each period."""
    problem = values.problem or counts.problem
    if not values.points:
        return missing(problem)
    needed = samples_needed(statistic)
    meaningful = [value for instant, value in values.points.items() if counts.points.get(instant, 0) >= needed]
    if not meaningful:
        most = max((counts.points.get(instant, 0) for instant in values.points), default=0)
        return Value(note=f"too few requests ({most:,.0f} of {needed:,})")
    return Value(
        median(meaningful),
        note=f"not complete ({problem})" if problem else "",
        lowest=min(meaningful),
        highest=max(meaningful),
        periods=len(meaningful),
    )
