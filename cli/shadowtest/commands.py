"""The commands. Each is imported when it is called, so that its imports do not slow down the others."""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NamedTuple

import click

from shadowtest.exit_codes import ExitCode
from shadowtest.standard_output import ReaderGoneError


class _Place(NamedTuple):
    module: str
    summary: str
    """For ``shadowtest --help``, which imports no command."""


COMMANDS = {
    "plan": _Place("shadowtest.planning.command", "Show what a deployment will do to live tests."),
    "status": _Place("shadowtest.state.command", "Show live tests, or follow them through a deployment."),
    "drift": _Place("shadowtest.drifting.command", "Compare live tests with their declarations."),
    "gate": _Place("shadowtest.gating.command", "Judge by the metrics whether PromoteIf holds."),
    "lint": _Place("shadowtest.linting.command", "Check templates before you deploy them."),
    "schema": _Place("shadowtest.schema.command", "Print a JSON Schema for editors."),
    "report": _Place("shadowtest.reporting.command", "Compare the production and shadow variants of a test."),
    "cfn-lint-rules": _Place("shadowtest.cfn_lint.command", "Print the path of the folder with the cfn-lint rule."),
    "provider-template": _Place(
        "shadowtest.provider_template.command", "Write the template and the code of the function."
    ),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name].module).command
        assert isinstance(command, click.Command)  # noqa: S101 - for type checkers
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the commands are {', '.join(COMMANDS)}"
            ctx.fail(f"there is no command {name}, {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in COMMANDS.items()])


@click.group(cls=_Commands, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sagemaker-inference-experiment", prog_name="shadowtest")
def shadowtest() -> None:
    """Plan, monitor and compare Amazon SageMaker shadow tests, and check the templates that declare them.
    The commands change nothing in your AWS account.

    \b
    Exit codes:
      0  the command ran
      1  an error in the input, from AWS, or in how the command was called
      2  there are changes (only with --detailed-exitcode)
      3  the deployment would be refused, lint found faults, or a gate fails
      4  the result is not known (only with --strict), or a gate is inconclusive
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs a command, and returns its exit code."""
    try:
        # In this mode, click does not exit by itself, and a usage error does not get click's own exit code 2.
        code = shadowtest.main(args=arguments, prog_name="shadowtest", standalone_mode=False)
    except click.ClickException as error:
        print(f"error: {_message(error)}", file=sys.stderr)
        return ExitCode.ERROR
    except ReaderGoneError:
        # Only of commands that print without a verdict, such as schema.
        return ExitCode.DONE
    except click.Abort:
        print("error: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.DONE


def _message(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{message.rstrip('.')} ('{error.ctx.command_path} --help' shows how to call it)"
    return message
