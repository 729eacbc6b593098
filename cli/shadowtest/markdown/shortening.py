"""Shortens details to the available room."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


def fitted(details: Sequence[Sequence[str]], *, room: int, each_costs: int) -> list[Sequence[str]]:
    """The first parts of each that fit in ``room`` bytes in total. The longest details are shortened first.

    ``each_costs``: the bytes that surround each of the details of which a part is kept.
    """
    room = max(room, 0)
    sizes = [_sizes(parts, each_costs) for parts in details]

    def kept(limit: int) -> list[int]:
        """How many parts of each fit in the limit."""
        return [bisect_right(each, limit) - 1 for each in sizes]

    def needed(limit: int) -> int:
        return sum(each[count] for each, count in zip(sizes, kept(limit), strict=True))

    # The greatest limit with which everything fits.
    limit = bisect_right(range(room + 1), room, key=needed) - 1
    left, counts = room - needed(limit), kept(limit)
    for at, each in enumerate(sizes):
        # The remaining room goes to the first of the shortened details.
        count = bisect_right(each, each[counts[at]] + left) - 1
        left -= each[count] - each[counts[at]]
        counts[at] = count
    return [parts[:count] for parts, count in zip(details, counts, strict=True)]


def _sizes(parts: Sequence[str], cost: int) -> list[int]:
    """The size of no part, of the first part, of the first two parts and so on, with the ends of their lines."""
    return [0, *(cost + size for size in accumulate(len(part.encode()) + 1 for part in parts))]
