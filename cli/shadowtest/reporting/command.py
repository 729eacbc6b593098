"""``shadowtest report``."""

from dataclasses import replace

import click

from shadowtest.aws.options import reads_aws, stack_argument
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import Stacks, named_stacks
from shadowtest.errors import print_errors
from shadowtest.exit_codes import ExitCode
from shadowtest.gating.looking import gates_beside
from shadowtest.live_tests import running_tests, tests_of
from shadowtest.markdown.options import limits_markdown
from shadowtest.nested_stacks import note_nested_stacks
from shadowtest.outputs import Outputs, output_options
from shadowtest.printing import FORMATS, output
from shadowtest.reporting.making import reports_of
from shadowtest.reporting.rendering import HTML, document, require_charts
from shadowtest.values.stack import stack_name


@click.command("report")
@click.argument("stacks", nargs=-1, type=stack_argument, metavar="[STACK]...")
@limits_markdown
@output_options(FORMATS, (HTML,))
@reads_aws
def command(stacks: tuple[str, ...], max_bytes: int, kind: str, outputs: Outputs, aws: Aws) -> int:
    """Compare production and shadow over the time of a shadow test: requests, latencies, errors, CPU, memory and GPU.

    STACK is the name of a deployed stack. All of its tests are reported, running or ended. Without a STACK, the command
    reports all running tests of the region that a stack has declared. With a STACK, the
    report also has the verdicts on PromoteIf.

    An HTML page with charts needs the extra "report": pip install 'sagemaker-inference-experiment[cli,report]'.

    \b
    Exit codes:
      0  the report was made
      1  an error in the input or from AWS; what could be read is still reported
    """
    if any(each == HTML for each, _ in outputs):
        require_charts()
    named = named_stacks(aws, stacks) if stacks else Stacks([], [])
    tests = tests_of(aws, named.found) if stacks else running_tests(aws)
    measured, unmeasured = reports_of(aws, tests.found)
    gates = gates_beside(aws, named.found, tests.found)
    reports = [replace(report, gate=gate) for report, gate in zip(measured, gates, strict=True)]
    unread = [*named.errors, *tests.errors]
    if reports or not unread:
        output(kind, outputs, document(reports, [stack_name(each) for each in stacks], max_bytes=max_bytes))
    note_nested_stacks(named.found)
    errors = [*unread, *tests.missing, *unmeasured]
    print_errors(errors)
    return ExitCode.ERROR if errors else ExitCode.DONE
