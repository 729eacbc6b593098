"""The command, before it asks AWS."""

import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine


@pytest.fixture
def shadowtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(tmp_path, monkeypatch, capsys)


def test_a_page_needs_the_extra(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    done = shadowtest("report", "Shop", "--region", "us-east-1", "--out", "html=report.html")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "error: --out html=FILE needs matplotlib, which is not installed: "
        "pip install 'sagemaker-inference-experiment[cli,report]'\n"
    )


def test_a_page_is_nothing_for_a_terminal(shadowtest: CommandLine) -> None:
    assert shadowtest("report", "--format", "html").code == 1


def test_without_credentials_a_line_says_so(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    done = shadowtest("report", "--region", "us-east-1")

    assert done.code == 1
    assert done.err.startswith("error: there are no AWS credentials")
