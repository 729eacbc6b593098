"""The options of each command that reads from an AWS account."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from shadowtest.aws.errors import in_words
from shadowtest.aws.session import Aws


def stack_argument(value: str) -> str:
    """The type of arguments that name a stack. An empty name, as from a variable that is not set, is refused."""
    if not value.strip():
        raise click.BadParameter(f"{value!r} must be the name of a stack")
    return value


def reads_aws(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--region`` and ``--profile``, and passes ``aws``. An error of AWS ends the command with one line."""

    @click.option("--region", metavar="REGION", help="The AWS region. By default, the one of your AWS configuration.")
    @click.option("--profile", metavar="NAME", help="The profile of your AWS configuration.")
    @wraps(function)
    def command(*args: Any, region: str | None, profile: str | None, **options: Any) -> Any:
        with in_words():
            return function(*args, aws=Aws(region, profile), **options)

    return command
