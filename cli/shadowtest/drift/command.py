"""``shadowtest drift``."""

import click

from shadowtest.aws.options import reads_aws
from shadowtest.aws.session import Aws
from shadowtest.drift.reading import drifts
from shadowtest.drift.rendering import FORMATS, rendered
from shadowtest.exit_codes import ExitCode
from shadowtest.outputs import Outputs, output_options, write


@click.command("drift")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there is drift.")
@click.option("--strict", is_flag=True, help="Exit with 4 if it can't be told whether there is drift.")
@output_options(FORMATS)
@reads_aws
def command(
    stacks: tuple[str, ...], *, detailed_exitcode: bool, strict: bool, kind: str, outputs: Outputs, aws: Aws
) -> int:
    """Compare live shadow tests, field by field, with what their stacks declare.

    Also finds tests that are gone or were stopped, endpoints that somebody else has changed under a running test, and
    shadow variants that are left on an endpoint. STACK is the name of a deployed stack. Without one, these are all
    stacks of the region that declare a shadow test.

    \b
    Exit codes:
      0  the tests were compared
      1  an error of the input or of AWS
      2  there is drift (only with --detailed-exitcode)
      4  it can't be told whether there is drift (only with --strict)
    """
    found = drifts(aws, stacks)
    click.echo(rendered(found, kind), nl=False)
    write(outputs, lambda each: rendered(found, each))
    if strict and any(drift.unknown and not drift.has_drifted for drift in found):
        return ExitCode.UNKNOWN
    if detailed_exitcode and any(drift.has_drifted for drift in found):
        return ExitCode.CHANGES
    return ExitCode.DONE
