"""How long a waiting invocation sleeps before it looks again."""

from collections.abc import Callable

from inference_experiment_handler.model.steps import Wait

_SPREAD = 0.2
"""By how much of itself an interval may be shorter, so that requests which began together do not look in step."""

_SLOWEST = 60.0
"""Seconds. The longest interval while SageMaker throttles, unless the poll interval itself is longer."""


class Pace:
    """Twice as slow after each look that was throttled, and twice as fast again after each that was not.

    The limit is the account's, so requests that wait at the same time slow down together.
    """

    def __init__(self, poll_seconds: float, random: Callable[[], float]) -> None:
        self._poll_seconds, self._random = poll_seconds, random
        self._interval = poll_seconds

    def looked(self, wait: Wait) -> None:
        """A look has ended with that wait."""
        if wait.throttled:
            self._interval = min(2 * self._interval, max(_SLOWEST, self._poll_seconds))
        else:
            self._interval = max(self._interval / 2, self._poll_seconds)

    def seconds(self) -> float:
        """Until the next look."""
        return self._interval * (1 - _SPREAD * self._random())
