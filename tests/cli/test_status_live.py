"""``shadowtest status --watch`` on a terminal."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

PROCESS = "tests.support.watched_process"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["foreground", "background"])
def job(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tests run as a job of a shell. In the background, Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("job")
def test_an_interruption_leaves_the_terminal_as_it_was_and_the_last_state_in_the_file(tmp_path: Path) -> None:
    last = tmp_path / "last.json"
    with Terminal(PROCESS, "held", "status", "--watch", "--out", f"json={last}", environment=TERMINAL) as terminal:
        terminal.wait_for("Waiting: ")
        terminal.interrupt()
        code = terminal.exit_code()

    assert code == 130
    assert HIDE_CURSOR in terminal.shown
    assert terminal.shown.rindex(SHOW_CURSOR) > terminal.shown.rindex(HIDE_CURSOR)
    assert "Traceback" not in terminal.shown
    assert json.loads(last.read_text())["tests"][0]["status"] == "Updating"


def test_it_ends_at_rest_with_what_is_then_live(tmp_path: Path) -> None:
    last = tmp_path / "last.json"
    with Terminal(PROCESS, "moving", "status", "--watch", "--out", f"json={last}", environment=TERMINAL) as terminal:
        assert terminal.exit_code() == 0

    assert "Status: Updating." in terminal.shown
    final = terminal.shown[terminal.shown.rindex("Status: ") :]
    assert final.startswith("Status: Running.")
    assert "Waiting: " not in final
    assert terminal.shown.rindex(SHOW_CURSOR) > terminal.shown.rindex(HIDE_CURSOR)
    assert json.loads(last.read_text())["transitions"] == []


def test_what_is_deleted_is_still_said_at_the_end() -> None:
    with Terminal(PROCESS, "deleted", "status", "--watch", environment=TERMINAL) as terminal:
        assert terminal.exit_code() == 0

    assert "no longer exists. It was Updating." in terminal.shown
    assert "Stack Demo is deleted." in terminal.shown
    assert terminal.shown.rindex("No shadow tests found.") > terminal.shown.rindex("is deleted.")


def test_a_terminal_that_can_only_print_gets_lines() -> None:
    with Terminal(PROCESS, "moving", "status", "--watch", environment=TERMINAL | {"TERM": "dumb"}) as terminal:
        assert terminal.exit_code() == 0

    assert "Updating, 50 percent to the shadow variant" in terminal.shown
    assert "\x1b" not in terminal.shown


@pytest.mark.parametrize("name", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_a_pipe_gets_lines_whatever_the_colours(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", PROCESS, "moving", "status", "--watch"],
        env=os.environ | {name: "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert all(line.startswith("20") for line in done.stdout.splitlines())
    assert "\x1b" not in done.stdout


def test_without_a_reader_it_ends_as_if_it_were_interrupted(tmp_path: Path) -> None:
    last = tmp_path / "last.json"
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", PROCESS, "held", "status", "--watch", "--out", f"json={last}"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (130, "")
    assert json.loads(last.read_text())["tests"][0]["status"] == "Updating"
