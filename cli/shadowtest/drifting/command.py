"""``shadowtest drift``."""

import click

from shadowtest.aws.options import reads_aws, stack_argument
from shadowtest.aws.session import Aws
from shadowtest.drifting.looking import drifts_of
from shadowtest.drifting.rendering import document
from shadowtest.errors import print_errors
from shadowtest.exit_codes import ExitCode
from shadowtest.markdown.options import limits_markdown
from shadowtest.nested_stacks import note_nested_stacks
from shadowtest.outputs import Outputs, output_options
from shadowtest.printing import FORMATS, output
from shadowtest.values.stack import stack_name


@click.command("drift")
@click.argument("stacks", nargs=-1, type=stack_argument, metavar="[STACK]...")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if a test has drifted.")
@click.option("--strict", is_flag=True, help="Exit with 4 if it is not known whether a test has drifted.")
@limits_markdown
@output_options(FORMATS)
@reads_aws
def command(
    stacks: tuple[str, ...],
    *,
    detailed_exitcode: bool,
    strict: bool,
    max_bytes: int,
    kind: str,
    outputs: Outputs,
    aws: Aws,
) -> int:
    """Compare live shadow tests with the declarations of their stacks, field by field.

    It also finds tests that no longer exist or were stopped, endpoints that were changed during a test, and shadow
    variants that remain on an endpoint after their test.

    STACK is the name of a deployed stack. Without one, all stacks of the region with a shadow test are compared.

    \b
    Exit codes:
      0  the comparison was made
      1  an error in the input or from AWS; what could be read is still compared
      2  a test has drifted (only with --detailed-exitcode)
      4  it is not known whether a test has drifted (only with --strict)
    """
    looked = drifts_of(aws, stacks)
    drifts = looked.drifts
    if drifts or not looked.errors:
        names = [*map(stack_name, stacks), *(stack.name for stack in looked.stacks)]
        output(kind, outputs, document(drifts, names, max_bytes=max_bytes))
    if stacks:
        note_nested_stacks(looked.stacks)
    print_errors(looked.errors)
    if looked.errors:
        return ExitCode.ERROR
    if strict and any(drift.is_untold for drift in drifts):
        return ExitCode.UNKNOWN
    if detailed_exitcode and any(drift.has_drifted for drift in drifts):
        return ExitCode.CHANGES
    return ExitCode.DONE
