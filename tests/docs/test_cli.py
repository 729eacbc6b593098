"""Each command of docs/cli.md prints what the document shows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from cfnlint.decode.cfn_yaml import loads

from tests.support.command_line import experiment, template
from tests.support.console import Command, sessions

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "cli.md"


def test_each_command_says_what_is_shown(tmp_path: Path) -> None:
    resource = loads(template(experiment()))
    (tmp_path / "fixed.yaml").write_text(template(experiment()))
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "Shop.template.json").write_text(json.dumps(resource))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    for commands in sessions(PAGE):
        code = 0
        for each in commands:
            command = each.command
            if command == "cat template.yaml":
                (tmp_path / "template.yaml").write_text(each.shown)
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
            assert each.says(done.stdout), f"{command}\n{done.stdout}"

    assert json.loads((tmp_path / "faults.json").read_text())["schemaVersion"] == 1
    assert json.loads((tmp_path / "shadow-test.schema").read_text())["title"].startswith("CloudFormation template")


def test_every_block_of_the_page_is_run() -> None:
    assert sum(map(len, sessions(PAGE))) == len(re.findall(r"^\$ ", PAGE.read_text(), re.MULTILINE))
    assert len(sessions(PAGE)) == PAGE.read_text().count("```console")


def test_what_is_shown_is_compared() -> None:
    assert Command("", "a\n...\nd\n").says("a\nb\nc\nd\n")
    assert not Command("", "a\n...\nd\n").says("a\nb\n")
    assert not Command("", "a\n").says("a\nb\n")
