"""Somebody who does what a page says, block by block: writes its files, changes them, runs its commands."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from tests.support.console import Command, commands_in

PROJECT = Path(__file__).parents[2]
FILES = {"python", "json", "yaml"}


class Block(NamedTuple):
    language: str
    text: str
    file: str
    """What the sentence before it names."""


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    text = page.read_text()
    parsers = [CodeBlockParser(each, lambda _: None) for each in languages]
    for example in Document.parse(str(page), *parsers).examples():
        language = re.match(r"```(\w+)", text[example.start :])
        named = re.findall(r"`([\w./-]+)`[^`]*:\n\n\Z", text[: example.start])
        yield Block(language[1] if language else "", f"{example.parsed}", named[0] if named else "")


def tools(folder: Path) -> Path:
    """A folder with the commands that the tests do not have: the AWS CLI."""
    folder.mkdir()
    (folder / "aws").write_text(
        f'#!/bin/sh\nPYTHONPATH={PROJECT} exec "{sys.executable}" -m tests.support.aws_cli "$@"\n'
    )
    (folder / "aws").chmod(0o755)
    return folder


class Reader:
    """Has one shell: what sets it up counts for each command that follows.

    Attributes:
        ran: How many commands it has run.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.ran = 0
        self._set_up: list[str] = []
        self._environment = {
            **environment,
            "PATH": os.pathsep.join([str(tools(folder / ".tools")), environment["PATH"]]),
        }

    def read(self, block: Block) -> None:
        if block.language in FILES:
            self._file(block).parent.mkdir(exist_ok=True)
            self._file(block).write_text(block.text)
        elif block.language == "diff":
            self._file(block).write_text(changed(self._file(block).read_text(), block.text))
        else:
            for command in commands_in(block.text):
                self.follow(command)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", "\n".join([*self._set_up, command])],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )

    def follow(self, command: Command) -> None:
        done = self.run(command.command)
        assert done.returncode == 0, f"{command.command}\n{done.stdout}"
        assert command.says(done.stdout), f"{command.command}\n{done.stdout}"
        self.ran += 1
        if re.match(r"cd |source |[A-Z]+=", command.command):
            self._set_up.append(command.command)

    def _file(self, block: Block) -> Path:
        assert block.file, block.text
        folder = self.run("pwd").stdout.strip()
        return Path(folder) / block.file


def changed(text: str, diff: str) -> str:
    """The text after a change that is shown as lines with a minus, a plus or, where they stay, a space."""
    before, after = (
        "".join(f"{line[1:]}\n" for line in diff.splitlines() if not line.startswith(other)) for other in ("+", "-")
    )
    assert text.count(before) == 1, f"not there once:\n{before}"
    return text.replace(before, after)
