"""``shadowtest gate``."""

import click

from inference_experiment_handler.evidence.judgement import Verdict
from shadowtest.aws.options import reads_aws, stack_argument
from shadowtest.aws.session import Aws
from shadowtest.errors import print_errors
from shadowtest.exit_codes import ExitCode
from shadowtest.gating.gate_of_test import verdict_of_all
from shadowtest.gating.looking import gates_of
from shadowtest.gating.rendering import document
from shadowtest.markdown.options import limits_markdown
from shadowtest.nested_stacks import note_nested_stacks
from shadowtest.outputs import Outputs, output_options
from shadowtest.printing import FORMATS, output
from shadowtest.values.stack import stack_name

_CODES = {
    Verdict.HOLDS: ExitCode.DONE,
    Verdict.FAILS: ExitCode.REFUSED,
    Verdict.INCONCLUSIVE: ExitCode.UNKNOWN,
}


@click.command("gate")
@click.argument("stacks", nargs=-1, type=stack_argument, metavar="[STACK]...")
@limits_markdown
@output_options((*FORMATS, "junit"))
@reads_aws
def command(stacks: tuple[str, ...], max_bytes: int, kind: str, outputs: Outputs, aws: Aws) -> int:
    """Judge whether the metrics of live shadow tests allow a promotion (PromoteIf), as the function would now.

    STACK is the name of a deployed stack. Without one, the command judges the tests of all stacks of the region,
    and leaves out tests that have ended. Tests that do not declare PromoteIf are left out, too.

    \b
    Exit codes:
      0  all gates hold, or there are no gates
      1  an error in the input or from AWS; what could be read is still judged
      3  a gate fails
      4  no gate fails, but one is inconclusive or can't be judged
    """
    looked = gates_of(aws, stacks)
    if looked.gates or not looked.errors:
        names = [*map(stack_name, stacks), *(stack.name for stack in looked.stacks)]
        output(kind, outputs, document(looked.gates, names, max_bytes=max_bytes))
    if stacks:
        note_nested_stacks(looked.stacks)
    print_errors(looked.errors)
    return ExitCode.ERROR if looked.errors else _CODES[verdict_of_all(looked.gates)]
