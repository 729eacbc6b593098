"""``shadowtest report``."""

from collections.abc import Sequence

import click

from shadowtest.aws.options import reads_aws
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import named_stacks
from shadowtest.exit_codes import ExitCode
from shadowtest.live_tests import running_tests, tests_of
from shadowtest.markdown.options import limits_markdown
from shadowtest.outputs import Outputs, output_options
from shadowtest.printing import output
from shadowtest.reporting.making import report_of
from shadowtest.reporting.rendering import FORMATS, HTML, rendered, require_charts
from shadowtest.reporting.rendering.text import render_text
from shadowtest.reporting.report import Report


@click.command("report")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@limits_markdown
@output_options(FORMATS, (HTML,))
@reads_aws
def command(stacks: tuple[str, ...], max_bytes: int, kind: str, outputs: Outputs, aws: Aws) -> int:
    """Compare production and shadow over the time of a shadow test: requests, latency percentiles, errors, CPU, memory
    and GPU.

    STACK is the name of a deployed stack, of which all tests are reported, running or ended. Without one, these are all
    running tests of the region that a stack has declared.

    An HTML page with charts needs the extra "report": pip install 'sagemaker-inference-experiment[cli,report]'.

    \b
    Exit codes:
      0  the report was made
      1  an error in the input or from AWS
    """
    if any(each == HTML for each, _ in outputs):
        require_charts()
    tests, missing = tests_of(aws, named_stacks(aws, stacks)) if stacks else (running_tests(aws), [])
    cloudwatch = aws.client("cloudwatch")
    reports: Sequence[Report] = aws.each(lambda test: report_of(test, cloudwatch), tests)
    output(
        kind,
        outputs,
        text=lambda: render_text(reports),
        rendered=lambda each: rendered(reports, each, max_bytes=max_bytes),
    )
    for line in missing:
        click.echo(f"error: {line}", err=True)
    return ExitCode.ERROR if missing else ExitCode.DONE
