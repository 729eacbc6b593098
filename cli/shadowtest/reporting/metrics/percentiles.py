"""Percentiles of several periods.

They can't be averaged: the p99 of a day is not the mean of the p99 of its hours. So what is told is the median of the
periods, and the lowest and highest of them. A period with too few requests says nothing and is left out.
"""

from fractions import Fraction
from math import ceil
from statistics import median

from shadowtest.reporting.metrics.series import Series
from shadowtest.reporting.metrics.values import Value, missing


def samples_needed(statistic: str) -> int:
    """How many samples make a percentile mean something, as CloudWatch counts: 10 / (1 - p).

    ``statistic``: ``p99``, ``p99.9``.
    """
    share = Fraction(statistic.removeprefix("p")) / 100
    return ceil(10 / min(share, 1 - share))


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
