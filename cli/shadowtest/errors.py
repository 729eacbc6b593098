"""Errors that a user can correct. They are shown in one line, without a traceback."""

from collections.abc import Iterable

import click

from shadowtest.exit_codes import ExitCode


class CommandError(click.ClickException):
    """Ends the command with its message."""

    exit_code = ExitCode.ERROR


def print_errors(lines: Iterable[str]) -> None:
    """Prints errors that do not end the command."""
    for line in lines:
        click.echo(f"error: {' '.join(line.split())}", err=True)
