"""Process groups: what a child has started goes with it."""

from __future__ import annotations

import os
import signal


def kill_group(leader: int) -> None:
    """Kill a child that leads a group of its own, and everything in that group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
