"""``shadowtest provider-template``."""

from collections.abc import Mapping
from pathlib import Path

import click

from inference_experiment_asset.files import asset_files
from shadowtest.errors import CommandError
from shadowtest.outputs import escaped
from shadowtest.provider_template.archive import archived

TEMPLATE = Path(__file__).with_name("template.yaml")


@click.command("provider-template")
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder for template.yaml and function.zip. It is created if it does not exist. Both files are replaced.",
)
def command(folder: Path) -> None:
    """Write the template and the code of the function behind Custom::SageMakerInferenceExperiment.

    Upload function.zip to a bucket, and deploy template.yaml with the bucket and the key as parameters. The output
    ServiceToken, exported as ShadowTestProvider, is what your templates need.

    The files are the same bytes on every machine, so you can keep them under version control.
    """
    for file in _write(folder, {TEMPLATE.name: TEMPLATE.read_bytes(), "function.zip": archived(_code())}):
        click.echo(escaped(str(file)))


def _code() -> dict[str, bytes]:
    try:
        return {name: file.read_bytes() for name, file in asset_files().items()}
    except ModuleNotFoundError as error:
        raise CommandError(f"{error}: install the package again, with its dependencies") from error


def _write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise CommandError(f"{folder} is a file, but must be a folder") from error
    except OSError as error:
        raise CommandError(f"{folder} can't be created: {error.strerror}") from error
    written = []
    for name, content in files.items():
        file = folder / name
        try:
            file.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error.strerror}") from error
        written.append(file)
    return written
