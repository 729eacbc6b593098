"""The patterns of the service model are Java's: without anchors, matched against the whole value, with ``\\p{…}``."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

_CATEGORY = re.compile(r"\\p\{(L|N|Z)\}")
_ANY = re.compile(r"(?<![\\\[])\.\*")
_LINE = r"[^\n\r\x85\u2028\u2029]*"
"""Java's ``.*``. Python's stops only at a newline."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern in Python's dialect, for use with ``fullmatch``."""
    return re.compile(_CATEGORY.sub(lambda found: _ranges()[found[1]], _ANY.sub(lambda _: _LINE, pattern)))


@cache
def _ranges() -> dict[str, str]:
    """The code points of each general category that occurs in a pattern, written as a character class's inside."""
    ranges = {"L": "", "N": "", "Z": ""}
    points = range(sys.maxunicode + 1)
    for category, run in groupby(points, key=lambda point: unicodedata.category(chr(point))[0]):
        if category in ranges:
            members = list(run)
            ranges[category] += f"{re.escape(chr(members[0]))}-{re.escape(chr(members[-1]))}"
    return ranges
