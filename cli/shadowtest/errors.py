"""Errors that a user can do something about: one line, no traceback."""

import click

from shadowtest.exit_codes import ExitCode


class CommandError(click.ClickException):
    """Ends the command with its message."""

    exit_code = ExitCode.ERROR
