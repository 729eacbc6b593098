"""The deployment file of CloudFormation Git sync: the template, and the values of its parameters."""

from dataclasses import dataclass, field
from pathlib import Path

from shadowtest.errors import CommandError
from shadowtest.templates.duplicates import duplicate_keys
from shadowtest.templates.files import tree_in
from shadowtest.templates.node import Mapping, plain


@dataclass(frozen=True)
class DeploymentFile:
    template: Path
    parameters: dict[str, str] = field(default_factory=dict)


def read_deployment_file(file: Path) -> DeploymentFile:
    """Raises a ``CommandError``."""
    root = tree_in(file)
    repeated = [f"line {place.line}: {path[-1]} {fault}" for path, place, fault in duplicate_keys(root)]
    if repeated:
        raise CommandError(f"{file}: {'; '.join(repeated)}")
    said = plain(root) if isinstance(root, Mapping) else {}
    path, parameters = said.get("template-file-path"), said.get("parameters") or {}
    if not isinstance(path, str):
        raise CommandError(f"{file} has no template-file-path, which a deployment file of Git sync needs")
    if not isinstance(parameters, dict) or not all(isinstance(each, str) for each in parameters.values()):
        raise CommandError(f"parameters of {file} must be a map of strings")
    # In Git sync the path is relative to the root of the repository, where a pipeline usually runs.
    beside = file.parent / path
    return DeploymentFile(beside if beside.exists() and not Path(path).exists() else Path(path), parameters)
