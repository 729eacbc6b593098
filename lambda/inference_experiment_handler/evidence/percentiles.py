"""Percentiles of several periods.

They can't be averaged: the p99 of a day is not the mean of the p99 of its hours. A period with too few requests says
nothing and is left out.
"""

from fractions import Fraction
from math import ceil


def samples_needed(statistic: str) -> int:
    """How many samples make a percentile mean something, as CloudWatch counts: 10 / (1 - p).

    ``statistic``: ``p99``, ``p99.9``.
    """
    share = Fraction(statistic.removeprefix("p")) / 100
    return ceil(10 / min(share, 1 - share))
