"""Each command of docs/cli.md says what the document shows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from cfnlint.decode.cfn_yaml import loads
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from tests.support.command_line import experiment, template

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "cli.md"


def sessions() -> list[list[tuple[str, str]]]:
    """Of each block: the commands, each with what it says."""
    blocks = Document.parse(str(PAGE), CodeBlockParser("console", lambda _: None)).examples()
    return [re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", f"{block.parsed}", re.MULTILINE) for block in blocks]


def matches(shown: str, said: str) -> bool:
    """``...`` stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, said) is not None


def test_each_command_says_what_is_shown(tmp_path: Path) -> None:
    resource = loads(template(experiment()))
    (tmp_path / "fixed.yaml").write_text(template(experiment()))
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "Shop.template.json").write_text(json.dumps(resource))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    for commands in sessions():
        code = 0
        for command, shown in commands:
            if command == "cat template.yaml":
                (tmp_path / "template.yaml").write_text(shown)
            ran = f"(exit {code}); {command}"
            done = subprocess.run(
                ["bash", "-c", ran],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=120,
            )
            code = done.returncode
            assert matches(shown, done.stdout), f"{command}\n{done.stdout}"

    assert json.loads((tmp_path / "faults.json").read_text())["schemaVersion"] == 1
    assert json.loads((tmp_path / "shadow-test.schema").read_text())["title"].startswith("CloudFormation template")


def test_every_block_of_the_page_is_run() -> None:
    assert sum(map(len, sessions())) == len(re.findall(r"^\$ ", PAGE.read_text(), re.MULTILINE))
    assert len(sessions()) == PAGE.read_text().count("```console")


def test_what_is_shown_is_compared() -> None:
    assert matches("a\n...\nd\n", "a\nb\nc\nd\n")
    assert not matches("a\n...\nd\n", "a\nb\n")
    assert not matches("a\n", "a\nb\n")
