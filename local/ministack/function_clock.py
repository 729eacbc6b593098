"""The clock of Lambda functions in Python: ``datetime.now`` is the time of the local AWS, also after an ``advance``.

A function runs in a process of MiniStack's, which reads the offset from a file. ``time.time`` stays the time of the
machine, because MiniStack counts the remaining time of an invocation by it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from ministack.core import lambda_runtime

from local.sagemaker import SystemClock

_IN_THE_FUNCTION = """
def _follow_the_clock_of_the_local_aws():
    import datetime

    original = datetime.datetime

    def offset():
        with open(__OFFSET__) as file:
            return datetime.timedelta(seconds=float(file.read()))

    class Kind(type):
        # Instances that are made in C, such as datetime.max, have the original class.
        def __instancecheck__(cls, instance):
            return isinstance(instance, original) if cls is local else super().__instancecheck__(instance)

    class local(original, metaclass=Kind):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + offset()

        @classmethod
        def utcnow(cls):
            return super().utcnow() + offset()

    local.__name__ = local.__qualname__ = "datetime"
    local.__module__ = "datetime"
    datetime.datetime = local


_follow_the_clock_of_the_local_aws()
"""


class SharedClock(SystemClock):
    """The clock of the local AWS, which functions read, too."""

    def __init__(self, speed: float, offset: Path) -> None:
        super().__init__(speed)
        self._file = offset
        self._write()

    def advance(self, by: float | timedelta) -> None:
        super().advance(by)
        self._write()

    def _write(self) -> None:
        # A function reads it at any time, and must not find half of it.
        new = self._file.with_suffix(".new")
        new.write_text(str(self._offset.total_seconds()))
        new.replace(self._file)


def install(offset: Path) -> None:
    """Before a function runs, because MiniStack writes this script for each of its processes."""
    script = _IN_THE_FUNCTION.replace("__OFFSET__", repr(str(offset)))
    lambda_runtime._PYTHON_WORKER_SCRIPT = script + lambda_runtime._PYTHON_WORKER_SCRIPT
