"""What the exit code of each command says."""

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    ERROR = 1
    """Of the input, of AWS, or of how the command was called."""
    CHANGES = 2
    """Only with ``--detailed-exitcode``."""
    REFUSED = 3
    """Refused, or with faults."""
    UNKNOWN = 4
    """It can't be told. Only with ``--strict``."""
    INTERRUPTED = 130
    """By Ctrl-C, while the command watched. As shells have it."""
