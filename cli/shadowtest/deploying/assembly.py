"""The stacks of a cloud assembly, the folder that ``cdk synth`` writes."""

import re
from collections.abc import Iterator
from pathlib import Path

from shadowtest.deploying.manifest import Part, read_manifest
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.deploying.template import deployable
from shadowtest.templates.files import has_no_resources, template_in

_ENVIRONMENT = re.compile(r"aws://([^/]+)/(.+)")


def stacks_of(folder: Path) -> list[StackToDeploy]:
    """The stacks of the assembly and of the stages nested in it. Raises a ``CommandError``."""
    artifacts = read_manifest(folder).part("artifacts")
    return [stack for name, artifact in artifacts.parts() for stack in _stacks(folder, name, artifact)]


def _stacks(folder: Path, name: str, artifact: Part) -> Iterator[StackToDeploy]:
    kind = artifact.entries.get("type")
    if kind == "cdk:cloud-assembly":
        properties = artifact.part("properties")
        nested = folder / properties.text("directoryName")
        if folder.resolve() not in nested.resolve().parents:
            raise properties.refused("directoryName", f"a folder within {folder}")
        yield from stacks_of(nested)
    elif kind == "aws:cloudformation:stack":
        properties = artifact.part("properties")
        file = folder / properties.text("templateFile")
        if has_no_resources(file):
            return
        account, region = _environment(artifact.text("environment", "aws://unknown-account/unknown-region"))
        parameters = properties.part("parameters", {}).entries
        yield StackToDeploy(
            properties.text("stackName", name),
            deployable(template_in(file)),
            str(file),
            account,
            region,
            {key: str(value) for key, value in parameters.items()},
        )


def _environment(text: str) -> tuple[str | None, str | None]:
    """Account and region; ``None`` for each that an environment-agnostic stack does not declare."""
    match = _ENVIRONMENT.fullmatch(text)
    account, region = match.groups() if match else ("unknown-account", "unknown-region")
    return (None if account == "unknown-account" else account), (None if region == "unknown-region" else region)
