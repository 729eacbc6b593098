"""docs/pipelines.md: its comments and its policies are generated, the commands of its jobs exist."""

import shlex
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click
import pytest
import yaml
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from shadowtest.commands import COMMANDS
from tests.support.pipeline_examples import PAGE, made


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
