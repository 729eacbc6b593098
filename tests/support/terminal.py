"""A process with a terminal of its own, as a user has one."""

import os
import pty
import select
import signal
import sys
from collections.abc import Mapping

_PATIENCE = 60


class Terminal:
    """Runs a Python module in it. ``shown``: all that came to the terminal, with its control sequences.

    A process that is left at the end is ended.
    """

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str]) -> None:
        self.shown = ""
        self._is_over = False
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            # A shell starts a background job with Ctrl-C ignored, which every process below it inherits.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(sys.executable, [sys.executable, "-m", module, *arguments], {**os.environ, **environment})

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._terminal)
        if not self._is_over:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)

    def wait_for(self, text: str) -> None:
        while text not in self.shown:
            assert self._read(), f"the process has ended: {self.shown}"

    def interrupt(self) -> None:
        """Ctrl-C, of which the terminal makes a signal."""
        os.write(self._terminal, b"\x03")

    def exit_code(self) -> int:
        """Waits for the end."""
        while self._read():
            pass
        _, status = os.waitpid(self._process, 0)
        self._is_over = True
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE)
        assert ready, f"nothing came for a minute after: {self.shown}"
        try:
            content = os.read(self._terminal, 65_536)
        except OSError:
            # The other end is closed.
            return False
        self.shown += content.decode(errors="replace")
        return bool(content)
