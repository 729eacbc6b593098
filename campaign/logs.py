"""The log of a life, and what it must not contain."""

import io
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def faulty(text: str) -> list[str]:
    """The lines that are not JSON, or that contain a signature."""
    return [line for line in text.splitlines() if "X-Amz-Signature" in line or not _is_json(line)]


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@contextmanager
def captured(level: str) -> Iterator[io.StringIO]:
    """Captures everything that is logged at that level."""
    stream, root = io.StringIO(), logging.getLogger()
    before, before_level = root.handlers[:], root.level
    root.handlers[:] = [logging.StreamHandler(stream)]
    try:
        with mock.patch.dict(os.environ, {"LOG_LEVEL": level}):
            yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(before_level)
