"""The manifest of a cloud assembly."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shadowtest.errors import CommandError


@dataclass(frozen=True)
class Part:
    """A map in a manifest. An entry of the wrong form raises a ``CommandError``.

    ``path``: from the root of the manifest to the map.
    """

    manifest: Path
    path: tuple[str, ...]
    entries: Mapping[str, Any]

    def parts(self) -> Iterator[tuple[str, "Part"]]:
        return ((key, self.part(key)) for key in self.entries)

    def part(self, key: str, otherwise: Mapping[str, Any] | None = None) -> "Part":
        entries = self.entries.get(key, otherwise)
        if not isinstance(entries, Mapping):
            raise self.refused(key, "a map")
        return Part(self.manifest, (*self.path, key), entries)

    def text(self, key: str, otherwise: str | None = None) -> str:
        text = self.entries.get(key, otherwise)
        if not isinstance(text, str) or not text:
            raise self.refused(key, "a string")
        return text

    def refused(self, key: str, must_be: str) -> CommandError:
        path = ".".join((*self.path, key))
        return CommandError(f"{self.manifest} is not the manifest of a cloud assembly: {path} must be {must_be}")


def read_manifest(folder: Path) -> Part:
    """Raises a ``CommandError``."""
    manifest = folder / "manifest.json"
    try:
        content = json.loads(manifest.read_text("utf-8"))
    except FileNotFoundError:
        if not folder.exists():
            raise CommandError(f"{folder} does not exist: run 'cdk synth' first, or name a template") from None
        raise CommandError(
            f"{folder} has no manifest.json: name the folder that 'cdk synth' writes (cdk.out by default) or a template"
        ) from None
    except OSError as error:
        raise CommandError(f"{manifest} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{manifest} is not valid JSON: {error}") from error
    return Part(manifest, (), content if isinstance(content, Mapping) else {})
