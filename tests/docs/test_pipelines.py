"""docs/pipelines.md: its comments and its policies are generated, its jobs are run or parsed."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from shadowtest.commands import COMMANDS
from tests.support.pipeline_examples import PAGE, made

GH = '''#!{python}
"""GitHub's command line, as far as the workflow uses it. The comments are in a file."""
import json, pathlib, sys
store = pathlib.Path("comments.json")
comments = json.loads(store.read_text()) if store.exists() else []
match sys.argv[1:]:
    case ["api", "repos/shop/ranking/issues/7/comments", "--paginate", "--jq", query]:
        assert query == '.[] | select(.body | startswith("<!-- shadowtest plan")) | .id'
        print(*(each["id"] for each in comments if each["body"].startswith("<!-- shadowtest plan")), sep="\\n")
    case ["api", "--method", "POST", "repos/shop/ranking/issues/7/comments", "-F", "body=@plan.md"]:
        comments.append({{"id": len(comments) + 1, "body": pathlib.Path("plan.md").read_text()}})
    case ["api", "--method", "PATCH", address, "-F", "body=@plan.md"]:
        (comment,) = [each for each in comments if address == f"repos/shop/ranking/issues/comments/{{each['id']}}"]
        comment["body"] = pathlib.Path("plan.md").read_text()
    case other:
        raise SystemExit(f"not known here: gh {{other}}")
store.write_text(json.dumps(comments))
'''


def jobs() -> list[dict[str, Any]]:
    """The pipelines of the page."""
    blocks = Document.parse(str(PAGE), CodeBlockParser("yml", lambda _: None)).examples()
    return [yaml.safe_load(str(block.parsed)) for block in blocks]


def lines(value: Any) -> Iterator[str]:
    """Every line of a text in a pipeline."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from lines(each)
    elif isinstance(value, str):
        yield from value.splitlines()


def test_what_is_generated_is_up_to_date() -> None:
    assert PAGE.read_text() == made(PAGE.read_text()), "run `make docs`"


def commands() -> list[str]:
    in_jobs = [line for job in jobs() for line in lines(job) if line.startswith("shadowtest ")]
    return sorted({*in_jobs, "shadowtest plan cdk.out --strict", "shadowtest plan --change-set ARN"})


@pytest.mark.parametrize("line", commands())
def test_each_command_of_a_pipeline_can_be_called(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command = import_module(COMMANDS[name].module).command
    assert isinstance(command, click.Command)

    # Raises for an option that there is not, or for a missing argument.
    command.make_context(name, arguments)


def test_the_page_has_pipelines_with_commands() -> None:
    assert len(jobs()) == 4
    assert len(commands()) == 6


def test_the_workflow_keeps_one_comment_up_to_date(tmp_path: Path) -> None:
    steps = jobs()[0]["jobs"]["plan"]["steps"]
    (script,) = [step["run"] for step in steps if step.get("name") == "Comment"]
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH.format(python=sys.executable))
    gh.chmod(0o755)
    environment = {
        "PATH": f"{gh.parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_REPOSITORY": "shop/ranking",
        "PULL_REQUEST": "7",
    }
    somebodys = {"id": 1, "body": "Looks good."}
    (tmp_path / "comments.json").write_text(json.dumps([somebodys]))

    for content in ("<!-- shadowtest plan Shop -->\nfirst\n", "<!-- shadowtest plan Shop -->\nsecond\n"):
        (tmp_path / "plan.md").write_text(content)
        subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True)

    assert json.loads((tmp_path / "comments.json").read_text()) == [
        somebodys,
        {"id": 2, "body": "<!-- shadowtest plan Shop -->\nsecond\n"},
    ]
