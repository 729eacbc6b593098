"""The Lambda asset: the handler and crhelper, the same bytes on every machine."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

from aws_cdk import Stage, aws_lambda
from constructs import IConstruct

HANDLER = "inference_experiment_handler.index.handler"

_PACKAGES = ("inference_experiment_handler", "crhelper")
_LICENSES = ("LICENSE", "NOTICE")
_NO_STAGING = "aws:cdk:disable-asset-staging"
"""``cdk synth --no-staging``."""


@contextmanager
def handler_code(scope: IConstruct) -> Iterator[aws_lambda.AssetCode]:
    """The code of the function, to be bound to one within the context. boto3 is in the Lambda runtime, not in here."""
    app = Stage.of(scope)
    if app is not None and scope.node.try_get_context(_NO_STAGING):
        # The assembly will name the folder, instead of having a copy.
        lasting = Path(app.asset_outdir, "inference-experiment-handler")
        collect(lasting)
        yield aws_lambda.Code.from_asset(str(lasting))
        return
    with tempfile.TemporaryDirectory() as folder:
        collect(Path(folder))
        yield aws_lambda.Code.from_asset(folder)


def collect(folder: Path) -> None:
    """Puts what the function runs into a folder: sources and licences, no caches, no installer's notes.

    Packages are found, not imported: an editable install, a wheel and a checkout keep them in different places, and
    crhelper would import boto3.
    """
    for package in _PACKAGES:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"{package}, which the Lambda function consists of, is not installed")
        source = Path(spec.submodule_search_locations[0])
        for file in sorted(source.rglob("*.py")):
            _copy(file, folder / package / file.relative_to(source))
    for note in distribution("crhelper").files or ():
        if note.name in _LICENSES:
            _copy(Path(str(note.locate())), folder / "crhelper" / note.name)
    # Lambda reads the files as another user.
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
