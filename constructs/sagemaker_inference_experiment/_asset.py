"""The Lambda asset: the handler and crhelper, with the same bytes on every machine."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aws_cdk import Stage, aws_lambda
from constructs import IConstruct

from inference_experiment_asset.files import asset_files

HANDLER = "inference_experiment_handler.index.handler"

_NO_STAGING = "aws:cdk:disable-asset-staging"
"""``cdk synth --no-staging``."""


@contextmanager
def handler_code(scope: IConstruct) -> Iterator[aws_lambda.AssetCode]:
    """The code of the function. Bind it within the context."""
    app = Stage.of(scope)
    if app is not None and scope.node.try_get_context(_NO_STAGING):
        # The cloud assembly refers to this folder instead of a copy.
        lasting = Path(app.asset_outdir, "inference-experiment-handler")
        collect(lasting)
        yield aws_lambda.Code.from_asset(str(lasting))
        return
    with tempfile.TemporaryDirectory() as folder:
        collect(Path(folder))
        yield aws_lambda.Code.from_asset(folder)


def collect(folder: Path) -> None:
    """Copies the files of the function into a folder."""
    for name, source in asset_files().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    # Lambda reads the files as another user.
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
