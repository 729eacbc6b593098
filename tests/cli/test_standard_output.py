"""A command whose standard output can't be written as usual."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, experiment, template

SCRIPT = Path(sys.executable).with_name("shadowtest")
FAULTY = template(experiment("Schedule: {Duration: 7d}"))
MANY_CHARACTERS = template(experiment("ключ😀: '1'"))


def run_unread(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Into a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            [SCRIPT, *arguments], cwd=folder, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    finally:
        os.close(writing)


def run_full(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    with Path("/dev/full").open("w") as full:
        return subprocess.run(
            [SCRIPT, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )


@pytest.mark.parametrize(
    ("content", "code"), [(FAULTY, 3), (template(experiment()), 0)], ids=["with faults", "without faults"]
)
def test_a_reader_that_is_gone_costs_neither_a_file_nor_the_exit_code(tmp_path: Path, content: str, code: int) -> None:
    (tmp_path / "template.yaml").write_text(content)

    done = run_unread("lint", "template.yaml", "--out", "json=faults.json", folder=tmp_path)

    assert (done.returncode, done.stderr) == (code, "")
    assert json.loads((tmp_path / "faults.json").read_text())["schemaVersion"] == 1


@pytest.mark.parametrize("command", [("--help",), ("--version",), ("lint", "--help"), ("schema",), ("cfn-lint-rules",)])
def test_a_command_that_only_prints_ends_quietly_without_a_reader(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run_unread(*command, folder=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [("lint", "template.yaml", "--out", "json=faults.json"), ("schema",), ("--help",)])
def test_a_full_disk_is_a_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "template.yaml").write_text(FAULTY)

    done = run_full(*command, folder=tmp_path)

    assert (done.returncode, done.stderr) == (
        1,
        "error: standard output can't be written: No space left on device\n",
    )
    assert (tmp_path / "faults.json").exists() == (command[0] == "lint")


def test_standard_output_may_be_closed(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(FAULTY)

    done = subprocess.run(
        ["/bin/sh", "-c", f"exec '{SCRIPT}' lint template.yaml --out json=faults.json >&-"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (3, "")
    assert (tmp_path / "faults.json").exists()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8"])
def test_what_an_encoding_lacks_is_printed_as_an_escape(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "template.yaml").write_text(MANY_CHARACTERS, encoding="utf-8")

    def printed(kind: str) -> bytes:
        done = subprocess.run(
            [SCRIPT, "lint", "template.yaml", "--format", kind, "--out", "json=faults.json"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (3, b"")
        return done.stdout

    text = printed("text").decode(encoding)
    assert ("ключ😀" if encoding == "utf-8" else "\\u043a\\u043b\\u044e\\u0447\\ud83d\\ude00") in text
    in_the_file = json.loads((tmp_path / "faults.json").read_text(encoding="utf-8"))
    assert json.loads(printed("json").decode(encoding)) == in_the_file
    assert any(fault["property"] == "ключ😀" for fault in in_the_file["faults"])


def test_a_file_that_can_not_be_written_costs_neither_the_others_nor_what_is_printed(shadowtest: CommandLine) -> None:
    shadowtest.write("template.yaml", FAULTY)

    done = shadowtest("lint", "template.yaml", "--out", "json=no/a", "--out", "json=faults.json", "--out", "junit=no/b")

    assert done.code == 1
    assert done.err == (
        "error: no/a can't be written: No such file or directory; no/b can't be written: No such file or directory\n"
    )
    assert "7d" in done.out
    assert (shadowtest.folder / "faults.json").exists()
