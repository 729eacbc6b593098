"""``shadowtest lint``."""

from pathlib import Path

import click

from inference_experiment_handler.spec.text import either
from shadowtest.errors import CommandError
from shadowtest.exit_codes import ExitCode
from shadowtest.linting.check import check
from shadowtest.linting.finding import Report
from shadowtest.linting.reports import FORMATS, rendered
from shadowtest.templates.files import templates_in


def _outputs(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Of each ``FORMAT=FILE``."""
    outputs = []
    for value in values:
        kind, _, file = value.partition("=")
        if kind not in FORMATS or not file:
            raise click.BadParameter(f"{value!r} must be FORMAT=FILE, with the format {either(FORMATS)}")
        outputs.append((kind, Path(file)))
    return outputs


@click.command("lint")
@click.argument("templates", nargs=-1, required=True, metavar="TEMPLATE...")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="text", help="Of what is printed.")
@click.option(
    "--out",
    "outputs",
    multiple=True,
    callback=_outputs,
    metavar="FORMAT=FILE",
    help="Also write a file of that format. May be repeated.",
)
def command(templates: tuple[str, ...], kind: str, outputs: list[tuple[str, Path]]) -> int:
    """Find every fault in the Custom::SageMakerInferenceExperiment resources of templates.

    TEMPLATE is a file in YAML or JSON, a folder such as cdk.out, of which each *.template.json is checked, or - for
    standard input.

    The check needs no AWS account. It is the one that the function makes before it calls SageMaker. What an intrinsic
    function gives is known at deployment only, and passes.

    \b
    Exit codes:
      0  there are no faults
      1  a template can't be read, or the command was called wrongly
      3  there are faults
      4  of a resource it can't be told
    """
    found, errors = templates_in(templates)
    report = check(found)
    if found:
        click.echo(rendered(report, kind), nl=False)
        _write(report, outputs)
    for error in errors:
        click.echo(f"error: {error.message}", err=True)
    if errors:
        return ExitCode.ERROR
    if report.findings:
        return ExitCode.REFUSED
    return ExitCode.UNKNOWN if report.not_checked else ExitCode.DONE


def _write(report: Report, outputs: list[tuple[str, Path]]) -> None:
    for kind, file in outputs:
        try:
            file.write_text(rendered(report, kind), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error.strerror}") from error
