"""The files of the function: the handler and crhelper. boto3 is in the Lambda runtime."""

from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("inference_experiment_handler", "crhelper")
_LICENSES = ("LICENSE", "NOTICE")


def asset_files() -> dict[str, Path]:
    """The path of each file, by its name in the asset, in order: sources and licenses, no caches or installer metadata.

    Packages are located, not imported: an editable install, a wheel and a checkout have them in different places, and
    crhelper would import boto3.

    Raises:
        ModuleNotFoundError: If a package is not installed.
    """
    files: dict[str, Path] = {}
    for package in _PACKAGES:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"{package} is not installed, but the Lambda function needs it")
        source = Path(spec.submodule_search_locations[0])
        files |= {f"{package}/{file.relative_to(source).as_posix()}": file for file in source.rglob("*.py")}
    for note in distribution("crhelper").files or ():
        if note.name in _LICENSES:
            files[f"crhelper/{note.name}"] = Path(str(note.locate()))
    return dict(sorted(files.items()))
