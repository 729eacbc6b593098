"""Confidence intervals of shares, at 95 percent.

docs/decisions/0017-a-gate-judges-by-intervals.md explains why these intervals are used.
"""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


class Interval(NamedTuple):
    lower: float
    upper: float


def wilson(count: float, total: float) -> Interval:
    """Wilson's score interval of ``count`` in ``total``. If ``total`` is 0, it is the whole range from 0 to 1."""
    if total <= 0:
        return Interval(0.0, 1.0)
    share, square = count / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = _Z / (1 + square / total) * sqrt(share * (1 - share) / total + square / (4 * total * total))
    # Rounding must not leave the range. If the share is 0 or 1, one end is exact.
    return Interval(max(0.0, middle - reach) if count > 0 else 0.0, min(1.0, middle + reach) if count < total else 1.0)


def newcombe(count: float, total: float, other_count: float, other_total: float) -> Interval:
    """Newcombe's hybrid score interval (method 10) of the difference between two shares, from -1 to 1."""
    if total <= 0 or other_total <= 0:
        return Interval(-1.0, 1.0)
    share, other = count / total, other_count / other_total
    of_share, of_other = wilson(count, total), wilson(other_count, other_total)
    down = sqrt((share - of_share.lower) ** 2 + (of_other.upper - other) ** 2)
    up = sqrt((of_share.upper - share) ** 2 + (other - of_other.lower) ** 2)
    return Interval(max(-1.0, share - other - down), min(1.0, share - other + up))
