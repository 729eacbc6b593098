"""Percentiles of several periods.

Percentiles can't be averaged: the p99 of a day is not the mean of the p99 of its hours. The percentile of a period with
too few requests means nothing, so the period is left out.
"""

from fractions import Fraction
from math import ceil


def samples_needed(statistic: str) -> int:
    """The number of samples from which CloudWatch calls a percentile significant: 10 / (1 - p).

    ``statistic`` is a percentile, such as ``p99`` or ``p99.9``.
    """
    share = Fraction(statistic.removeprefix("p")) / 100
    return ceil(10 / min(share, 1 - share))
