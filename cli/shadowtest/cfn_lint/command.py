"""``shadowtest cfn-lint-rules``."""

from pathlib import Path

import click


@click.command("cfn-lint-rules")
def command() -> None:
    """Print the folder of rules for cfn-lint.

    Give the folder to cfn-lint as --append-rules. cfn-lint and this package must be installed in the same environment.
    """
    click.echo(Path(__file__).parent / "rules")
