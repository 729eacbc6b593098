"""The server process: MiniStack with the plug-in, as long as its parent process lives.

Its standard input is a pipe from the parent. When the parent ends for any reason, the pipe ends. The server then ends
its Lambda workers and removes its folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

from ministack import app

from local.ministack.install import install


def main() -> None:
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    install(float(os.environ["LOCAL_AWS_SPEED"]), Path(os.environ["LOCAL_AWS_FOLDER"]))
    app.main()


def _end_with_the_parent() -> None:
    # Not through sys.stdin, because the interpreter needs its lock when it ends.
    while os.read(0, 1):
        pass
    shutil.rmtree(os.environ["LOCAL_AWS_FOLDER"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
