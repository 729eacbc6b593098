"""``shadowtest cfn-lint-rules``."""

from pathlib import Path

import click


@click.command("cfn-lint-rules")
def command() -> None:
    """Print the folder of rules for cfn-lint.

    Give it to cfn-lint as --append-rules. Both have to be installed in one environment.
    """
    click.echo(Path(__file__).parent / "rules")
