"""Process groups, with which a child ends together with the processes that it has started."""

from __future__ import annotations

import os
import signal


def kill_group(leader: int) -> None:
    """Kills a child that leads its own process group, and everything in that group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
