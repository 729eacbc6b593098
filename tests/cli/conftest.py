"""The command line, for its tests."""

from pathlib import Path

import pytest

from tests.support.command_line import CommandLine


@pytest.fixture
def shadowtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(tmp_path, monkeypatch, capsys)
