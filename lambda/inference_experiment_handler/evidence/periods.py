"""Chooses the length of the periods of a percentile, and finds the periods that have enough samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from inference_experiment_handler.evidence.windows import Window

Points = Mapping[datetime, float]


@dataclass(frozen=True)
class Periods:
    """The periods of a window.

    Attributes:
        starts: The start of each period that has enough samples.
        left_out: The number of periods that have samples, but not enough.
        fewest: The lowest number of samples in a period that has enough.
        most: The highest number of samples in any period.
    """

    window: Window
    starts: tuple[datetime, ...]
    left_out: int
    fewest: float
    most: float


def with_enough(windows: Sequence[Window], counts: Sequence[Points], needed: int) -> Periods:
    """Returns the shortest periods of which at least half have enough samples. Periods without samples do not count.

    If there are no such periods, it returns the longest ones. Then maybe only the busy hours of each day are judged.

    Args:
        windows: One or more windows. The window with the shortest periods comes first.
        counts: For each metric, the samples in each period of the first window. A period needs enough of each metric.
        needed: The number of samples that a period needs.
    """
    found = [_periods(window, counts, needed) for window in windows]
    return next((each for each in found if len(each.starts) >= max(1, each.left_out)), found[-1])


def _periods(window: Window, counts: Sequence[Points], needed: int) -> Periods:
    sums = [_added_up(window, each) for each in counts]
    # If production has requests and the shadow variant has none, the period does not have enough samples.
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
    """The number of samples in each period of the window. Periods without samples are omitted."""
    sums: dict[datetime, float] = {}
    for instant, samples in counts.items():
        start = datetime.fromtimestamp(instant.timestamp() // window.period * window.period, UTC)
        if samples > 0 and window.start <= start < window.end:
            sums[start] = sums.get(start, 0.0) + samples
    return sums
