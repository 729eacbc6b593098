"""Markdown for values that come from templates and from AWS."""

import re
from collections.abc import Sequence

from shadowtest.outputs import escaped

_SPECIAL = re.compile(r"([\\`*_\[\]|#~])")


def plain(text: str) -> str:
    """Text without special characters of Markdown, HTML and mentions."""
    one_line = escaped(" ".join(text.split()))
    html = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    # The characters of an HTML entity must not be escaped.
    return re.sub(r"&\\#", "&#", _SPECIAL.sub(r"\\\1", html))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The parts of a table: the head with the first row, and each further row."""
    names, first, *others = [f"| {' | '.join(map(plain, cells))} |" for cells in (head, *rows)]
    return [f"{names}\n|{'---|' * len(head)}\n{first}", *others]
