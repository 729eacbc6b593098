"""How deeply values may depend on each other. It does not depend on how deeply Python may call functions."""

MOST = 150
"""How many parts, resources and conditions may be in hand at once, each within or behind the one before.

Each takes at most five Python calls, so that Python's own limit (1,000 calls, unless somebody has changed it) is not
reached.
"""


class TooDeepError(Exception):
    """Values depend on each other more deeply than is followed."""


class Depth:
    """How many are in hand now: a context manager for each of them. One for all templates that are read together."""

    def __init__(self) -> None:
        self._now = 0

    def __enter__(self) -> None:
        if self._now == MOST:
            raise TooDeepError
        self._now += 1

    def __exit__(self, *_: object) -> None:
        self._now -= 1
