"""The command line, for its tests."""

from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.planner import Planner


@pytest.fixture
def shadowtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(tmp_path, monkeypatch, capsys)


@pytest.fixture
def planner(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Planner:
    return Planner.with_a_running_test(shadowtest, monkeypatch)
