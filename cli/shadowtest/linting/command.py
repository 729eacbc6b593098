"""``shadowtest lint``."""

import click

from shadowtest.exit_codes import ExitCode
from shadowtest.linting.check import check
from shadowtest.linting.rendering import FORMATS, rendered
from shadowtest.outputs import Outputs, output_options, write_and_print
from shadowtest.templates.files import templates_in


@click.command("lint")
@click.argument("templates", nargs=-1, required=True, metavar="TEMPLATE...")
@output_options(FORMATS)
@click.option("--strict", is_flag=True, help="Exit with 4 if a resource can't be checked.")
def command(templates: tuple[str, ...], kind: str, outputs: Outputs, *, strict: bool) -> int:
    """Find every fault in the Custom::SageMakerInferenceExperiment resources of templates.

    TEMPLATE is a file in YAML or JSON, a folder such as cdk.out, of which each *.template.json is checked, or - for
    standard input.

    The check needs no AWS account. The function makes the same check before it calls SageMaker. The value of
    an intrinsic function is known only at deployment, so lint accepts it.

    \b
    Exit codes:
      0  there are no faults
      1  a template can't be read, or the command was called wrongly
      3  there are faults
      4  a resource can't be checked (only with --strict)
    """
    found, errors = templates_in(templates)
    report = check(found)
    if found:
        write_and_print(
            outputs, lambda each: rendered(report, each), lambda: click.echo(rendered(report, kind), nl=False)
        )
    for error in errors:
        click.echo(f"error: {error.message}", err=True)
    if errors:
        return ExitCode.ERROR
    if report.findings:
        return ExitCode.REFUSED
    return ExitCode.UNKNOWN if strict and report.not_checked else ExitCode.DONE
