"""Standard output: handles a reader that stops early, a full disk, and an encoding that lacks a character."""

import io
import sys
from typing import TYPE_CHECKING

from shadowtest.errors import CommandError
from shadowtest.escapes import ESCAPES

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class ReaderGoneError(Exception):
    """The reader of standard output has stopped, as with ``| head -1``."""


class _StandardOutput(io.FileIO):
    """Raises an error once if it can't be written, and drops the rest, because Python flushes its buffers at exit."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._is_lost = False

    def write(self, content: "ReadableBuffer", /) -> int:
        if self._is_lost:
            return memoryview(content).nbytes
        try:
            return super().write(content)
        except BrokenPipeError as error:
            self._is_lost = True
            raise ReaderGoneError from error
        except OSError as error:
            self._is_lost = True
            raise CommandError(f"standard output can't be written: {error.strerror}") from error


def guard() -> None:
    """From now on, a failed print raises a ``ReaderGoneError`` or a ``CommandError``, and every character can be
    printed.
    """
    if not isinstance(sys.stdout, io.TextIOWrapper):  # It is None if it was closed, and then nothing is printed.
        return
    sys.stdout.flush()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_StandardOutput(sys.stdout.fileno())),
        encoding=sys.stdout.encoding,
        errors=ESCAPES,
        line_buffering=sys.stdout.line_buffering,
    )
