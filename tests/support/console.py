"""The commands in a document's `console` blocks, each with what it is shown to say."""

import re
from pathlib import Path
from typing import NamedTuple

from sybil import Document
from sybil.parsers.markdown import CodeBlockParser


class Command(NamedTuple):
    command: str
    shown: str

    def says(self, said: str) -> bool:
        """Whether it said what is shown. ``...`` stands for any number of lines."""
        lines = self.shown.splitlines(keepends=True)
        pattern = "".join(r"(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in lines)
        return re.fullmatch(pattern, said) is not None


def sessions(page: Path) -> list[list[Command]]:
    """Of each block: its commands."""
    blocks = Document.parse(str(page), CodeBlockParser("console", lambda _: None)).examples()
    return [commands_in(f"{block.parsed}") for block in blocks]


def commands_in(block: str) -> list[Command]:
    """A line that ends with a backslash goes on in the next one."""
    found = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    return [Command(command, shown) for command, shown in found]
