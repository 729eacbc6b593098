"""Errors that a user can do something about: one line, no traceback."""

from collections.abc import Iterable

import click

from shadowtest.exit_codes import ExitCode


class CommandError(click.ClickException):
    """Ends the command with its message."""

    exit_code = ExitCode.ERROR


def print_errors(lines: Iterable[str]) -> None:
    """Errors that do not end the command: what there is besides is still printed."""
    for line in lines:
        click.echo(f"error: {' '.join(line.split())}", err=True)
