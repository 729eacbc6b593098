"""``shadowtest schema``."""

import json

import click

from shadowtest.schema.whole import of_properties, of_template


@click.command("schema")
@click.option("--template", "whole", is_flag=True, help="Print the schema of a whole template, for editors.")
def command(whole: bool) -> None:
    """Print a JSON Schema (draft-07) of the properties of Custom::SageMakerInferenceExperiment.

    The schema is generated from the function's parser, and accepts everything that the function accepts. shadowtest
    lint finds more faults, because the schema does not compare properties with each other.
    """
    click.echo(json.dumps(of_template() if whole else of_properties(), indent=2))
