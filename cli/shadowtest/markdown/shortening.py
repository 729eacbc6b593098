"""Details in as much room as there is."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


def fitted(details: Sequence[Sequence[str]], *, room: int, each_costs: int) -> list[Sequence[str]]:
    """As many of the first of each as fit in so many bytes. The longest are shortened first.

    ``each_costs``: the bytes around those of which something is kept.
    """
    room = max(room, 0)
    sizes = [_sizes(parts, each_costs) for parts in details]

    def kept(limit: int) -> list[int]:
        """How many of each take no more than the limit."""
        return [bisect_right(each, limit) - 1 for each in sizes]

    def needed(limit: int) -> int:
        return sum(each[count] for each, count in zip(sizes, kept(limit), strict=True))

    # The greatest limit with which all of them fit.
    limit = bisect_right(range(room + 1), room, key=needed) - 1
    left, counts = room - needed(limit), kept(limit)
    for at, each in enumerate(sizes):
        # What is left goes to the first of those that are shortened.
        count = bisect_right(each, each[counts[at]] + left) - 1
        left -= each[count] - each[counts[at]]
        counts[at] = count
    return [parts[:count] for parts, count in zip(details, counts, strict=True)]


def _sizes(parts: Sequence[str], cost: int) -> list[int]:
    """Of none of the parts, of the first one, the first two and so on, each with the end of its line."""
    return [0, *(cost + size for size in accumulate(len(part.encode()) + 1 for part in parts))]
