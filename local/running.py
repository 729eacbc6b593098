"""Finds the local AWS that runs in the foreground of another shell."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from local.control import ControlClient
from local.server import PROJECT, LocalAws

FOLDER = Path(os.environ.get("LOCAL_AWS_STATE") or PROJECT / ".cache" / "local")
ENVIRONMENT = FOLDER / "env.sh"
_STATE = FOLDER / "running.json"


@dataclass(frozen=True)
class Running:
    """``pid``: the process in the foreground, which ends the server."""

    pid: int
    url: str
    authority: str
    account: str
    region: str

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.url, Path(self.authority), self.account, self.region)

    @property
    def is_alive(self) -> bool:
        # Check the file first. It is removed with the server, but another process, even of another user, may have the
        # ID.
        if not Path(self.authority).exists():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


def running() -> Running | None:
    """``None`` if none runs. Files that a killed process has left do not count."""
    try:
        found = Running(**json.loads(_STATE.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if found.is_alive else None


def note(aws: LocalAws) -> None:
    """Records that it runs, and writes the lines to source."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    ENVIRONMENT.write_text(f"{aws.exports}\n")
    authority = aws.environment["SSL_CERT_FILE"]
    _STATE.write_text(json.dumps(asdict(Running(os.getpid(), aws.url, authority, aws.account, aws.region))))


def forget() -> None:
    for file in (ENVIRONMENT, _STATE):
        file.unlink(missing_ok=True)
