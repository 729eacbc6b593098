"""``shadowtest status``."""

import click
from rich.console import Console

from shadowtest.aws.options import reads_aws
from shadowtest.aws.session import Aws
from shadowtest.errors import CommandError
from shadowtest.exit_codes import ExitCode
from shadowtest.outputs import Outputs, output_options, write
from shadowtest.status.reading import states
from shadowtest.status.rendering import FORMATS, rendered
from shadowtest.status.watching import watch


@click.command("status")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--watch", "watches", is_flag=True, help="Follow the tests until nothing changes any more.")
@click.option("--interval", type=click.FloatRange(min=1), default=5, show_default=True, help="Seconds between looks.")
@output_options(FORMATS)
@reads_aws
def command(stacks: tuple[str, ...], *, watches: bool, interval: float, kind: str, outputs: Outputs, aws: Aws) -> int:
    """Show live shadow tests: status, traffic share, variants as served, time left, and what is billed.

    STACK is the name of a deployed stack, of which all tests are shown, also those that are over. Without one, these
    are all tests of the region that a stack has declared and that are not over.

    \b
    Exit codes:
      0  the tests are shown; with --watch, nothing changes any more
      1  an error of the input or of AWS
    """
    if watches:
        if kind != "text" or outputs:
            raise CommandError("--watch shows text only: leave --format and --out out")
        watch(lambda: states(aws, stacks)[0], Console(highlight=False), interval)
        return ExitCode.DONE
    found, missing = states(aws, stacks)
    click.echo(rendered(found, kind), nl=False)
    write(outputs, lambda each: rendered(found, each))
    for line in missing:
        click.echo(f"error: {line}", err=True)
    return ExitCode.ERROR if missing else ExitCode.DONE
