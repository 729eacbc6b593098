"""How long a waiting invocation sleeps before it observes again."""

from collections.abc import Callable

from inference_experiment_handler.model.steps import Wait

_SPREAD = 0.2
"""An interval is up to a tenth shorter or longer, so that requests do not observe at the same time."""

_SLOWEST = 60.0
"""In seconds, without the random part: the longest interval while SageMaker throttles, or the poll interval."""


class Pace:
    """Doubles the interval after each observation that was throttled, and halves it after each one that was not.

    The limit applies to the account, so all waiting requests slow down.
    """

    def __init__(self, poll_seconds: float, random: Callable[[], float]) -> None:
        self._poll_seconds, self._random = poll_seconds, random
        self._interval = poll_seconds

    def looked(self, wait: Wait) -> None:
        """Records that an observation has ended with this wait."""
        if wait.throttled:
            self._interval = min(2 * self._interval, max(_SLOWEST, self._poll_seconds))
        else:
            self._interval = max(self._interval / 2, self._poll_seconds)

    def seconds(self) -> float:
        """The seconds until the next observation."""
        return self._interval * (1 + _SPREAD * (self._random() - 0.5))
