"""The exit codes of all commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    ERROR = 1
    """An error in the input, from AWS, or in how the command was called."""
    CHANGES = 2
    """Only with ``--detailed-exitcode``."""
    REFUSED = 3
    """The deployment would be refused, lint found faults, or a gate fails."""
    UNKNOWN = 4
    """The result is not known. Only with ``--strict``, except of a gate: a promotion can't rely on it."""
    INTERRUPTED = 130
    """By Ctrl-C. Shells use the same code."""
