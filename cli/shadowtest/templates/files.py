"""Reads the templates that a user names on the command line."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shadowtest.errors import CommandError
from shadowtest.templates.node import Mapping, Node
from shadowtest.templates.reading import UnreadableError, read

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Template:
    """``name``: the file as the user named it, or its path in the folder that the user named."""

    name: str
    root: Mapping


def templates_in(names: Sequence[str]) -> tuple[list[Template], list[CommandError]]:
    """The templates that can be read, and why the others can't be read."""
    found: list[Template] = []
    errors: list[CommandError] = []
    for name in names:
        try:
            found.extend(_templates(name))
        except CommandError as error:
            errors.append(error)
    return found, errors


def template_named(name: str) -> Template:
    """Reads a template; ``-`` is standard input. Raises a ``CommandError``."""
    return _template("<stdin>", sys.stdin.buffer.read()) if name == STANDARD_INPUT else template_in(Path(name))


def template_in(file: Path) -> Template:
    """Raises a ``CommandError``."""
    return _template(str(file), content_of(file))


def _templates(name: str) -> Iterator[Template]:
    if not Path(name).is_dir():
        yield template_named(name)
    else:
        # Each stage of a CDK app has its own folder in cdk.out.
        files = sorted(Path(name).rglob("*.template.json"))
        if not files:
            raise CommandError(f"{name} has no *.template.json files: name a template, or a folder such as cdk.out")
        for file in files:
            if not has_no_resources(file):
                yield template_in(file)


def content_of(file: Path) -> bytes:
    """Raises a ``CommandError``."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise CommandError(f"{file} does not exist") from None
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}") from error


def tree_in(file: Path) -> Node:
    """The content of any file in YAML or JSON. Raises a ``CommandError``."""
    return _tree(str(file), content_of(file))


def has_no_resources(file: Path) -> bool:
    """Whether it is the template that ``cdk synth`` writes for a stack without resources."""
    root = tree_in(file)
    return isinstance(root, Mapping) and root.get("Resources") is None


def _template(name: str, content: bytes) -> Template:
    root = _tree(name, content)
    if not isinstance(root, Mapping) or not isinstance(root.get("Resources"), Mapping):
        raise CommandError(f"{name} is not a CloudFormation template: it has no Resources map")
    return Template(name, root)


def _tree(name: str, content: bytes) -> Node:
    try:
        return read(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{name} is not encoded in UTF-8: byte {error.start + 1} is {content[error.start]:#04x}"
        ) from error
    except UnreadableError as error:
        raise CommandError(f"{name} {error}") from error
