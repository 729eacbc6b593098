"""What is logged during a life, and what must not be."""

import io
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def faulty(text: str) -> list[str]:
    """The lines that are no JSON, or that hold a signature."""
    return [line for line in text.splitlines() if "X-Amz-Signature" in line or not _is_json(line)]


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@contextmanager
def captured(level: str) -> Iterator[io.StringIO]:
    """All that is logged at that level, in place of what was set up."""
    stream, root = io.StringIO(), logging.getLogger()
    before, before_level = root.handlers[:], root.level
    root.handlers[:] = [logging.StreamHandler(stream)]
    try:
        with mock.patch.dict(os.environ, {"LOG_LEVEL": level}):
            yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(before_level)
