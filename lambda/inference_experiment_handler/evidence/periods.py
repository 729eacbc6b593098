"""In which periods there are enough samples for a percentile, and how long these have to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from inference_experiment_handler.evidence.windows import Window

Points = Mapping[datetime, float]


@dataclass(frozen=True)
class Periods:
    """The periods of a window.

    Attributes:
        starts: When those begin that have enough samples.
        left_out: How many have samples, but too few.
        fewest: The fewest samples of those that have enough.
        most: The most samples of all.
    """

    window: Window
    starts: tuple[datetime, ...]
    left_out: int
    fewest: float
    most: float


def with_enough(windows: Sequence[Window], counts: Sequence[Points], needed: int) -> Periods:
    """The shortest periods of which at least half have enough samples, of those that have any.

    If there are none, the longest: what is judged may then be only the busy hours of each day.

    Args:
        windows: At least one. The one with the shortest periods comes first.
        counts: The samples in each period of the first window. A period needs enough of each.
        needed: How many samples are enough.
    """
    found = [_periods(window, counts, needed) for window in windows]
    return next((each for each in found if len(each.starts) >= max(1, each.left_out)), found[-1])


def _periods(window: Window, counts: Sequence[Points], needed: int) -> Periods:
    sums = [_added_up(window, each) for each in counts]
    # If production has requests and the shadow variant has none, the period has too few.
    samples = {start: min(each.get(start, 0.0) for each in sums) for start in sorted(set().union(*sums))}
    enough = {start: number for start, number in samples.items() if number >= needed}
    return Periods(
        window,
        tuple(enough),
        left_out=len(samples) - len(enough),
        fewest=min(enough.values(), default=0.0),
        most=max(samples.values(), default=0.0),
    )


def _added_up(window: Window, counts: Points) -> dict[datetime, float]:
    """The samples of the periods that have any."""
    sums: dict[datetime, float] = {}
    for instant, samples in counts.items():
        start = datetime.fromtimestamp(instant.timestamp() // window.period * window.period, UTC)
        if samples > 0 and window.start <= start < window.end:
            sums[start] = sums.get(start, 0.0) + samples
    return sums
