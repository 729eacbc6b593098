"""How deeply values may depend on each other. The limit is independent of Python's recursion limit."""

MOST = 150
"""How many parts, resources and conditions may be open at once, each within or referenced by the one before.

Each takes at most five Python calls, so that Python's own limit (1,000 calls by default) is not reached.
"""


class TooDeepError(Exception):
    """Values depend on each other more deeply than the limit allows."""


class Depth:
    """Counts how many are open: a context manager for each of them. Templates that are read together share one."""

    def __init__(self) -> None:
        self._now = 0

    def __enter__(self) -> None:
        if self._now == MOST:
            raise TooDeepError
        self._now += 1

    def __exit__(self, *_: object) -> None:
        self._now -= 1
