"""The stacks of a cloud assembly, which is the folder that ``cdk synth`` writes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shadowtest.deploying.stack import StackToDeploy
from shadowtest.errors import CommandError
from shadowtest.templates.files import has_no_resources, template_in
from shadowtest.templates.node import plain

_ENVIRONMENT = re.compile(r"aws://([^/]+)/(.+)")


def stacks_of(folder: Path) -> list[StackToDeploy]:
    """Also those of stages, whose assemblies are nested in it. Raises a ``CommandError``."""
    manifest = folder / "manifest.json"
    try:
        artifacts = json.loads(manifest.read_text("utf-8"))["artifacts"].items()
    except FileNotFoundError:
        raise CommandError(
            f"{folder} has no manifest.json: name the folder that 'cdk synth' writes (cdk.out by default) or a template"
        ) from None
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise CommandError(f"{manifest} is no manifest of a cloud assembly: {error!r}") from error
    return [stack for name, artifact in artifacts for stack in _stacks(folder, name, artifact)]


def _stacks(folder: Path, name: str, artifact: dict[str, Any]) -> Iterator[StackToDeploy]:
    properties = artifact.get("properties", {})
    if artifact.get("type") == "cdk:cloud-assembly":
        yield from stacks_of(folder / properties["directoryName"])
    elif artifact.get("type") == "aws:cloudformation:stack":
        file = folder / properties["templateFile"]
        if has_no_resources(file):
            return
        account, region = _environment(artifact.get("environment", ""))
        yield StackToDeploy(
            properties.get("stackName", name),
            plain(template_in(file).root),
            str(file),
            account,
            region,
            {key: str(value) for key, value in properties.get("parameters", {}).items()},
        )


def _environment(text: str) -> tuple[str | None, str | None]:
    """Account and region; ``None`` for what an environment-agnostic stack leaves open."""
    match = _ENVIRONMENT.fullmatch(text)
    account, region = match.groups() if match else ("unknown-account", "unknown-region")
    return (None if account == "unknown-account" else account), (None if region == "unknown-region" else region)
