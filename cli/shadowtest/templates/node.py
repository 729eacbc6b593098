"""A template as a tree in which each key and each value has its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Node:
    place: Place


@dataclass(frozen=True, eq=False)
class Scalar(Node):
    """A value as CloudFormation sends it to a custom resource: as a string. ``None`` is a null."""

    text: str | None


@dataclass(frozen=True, eq=False)
class Sequence(Node):
    items: tuple[Node, ...]


class Entry(NamedTuple):
    key: str
    place: Place
    """Of the key."""
    value: Node


@dataclass(frozen=True, eq=False)
class Mapping(Node):
    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        """The last entry with that key, which is the one that CloudFormation uses."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)

    def get(self, key: str) -> Node | None:
        entry = self.entry(key)
        return entry.value if entry else None


Path = tuple[str | int, ...]


def plain(node: Node) -> Any:
    """Maps, lists and strings, without their places."""
    if isinstance(node, Mapping):
        return {entry.key: plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.text if isinstance(node, Scalar) else None


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node once with its path, even if an alias repeats the node."""
    seen: set[int] = set()
    waiting: list[tuple[Path, Node]] = [(path, node)]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        children: list[tuple[Path, Node]] = []
        if isinstance(node, Mapping):
            children = [((*path, entry.key), entry.value) for entry in node.entries]
        elif isinstance(node, Sequence):
            children = [((*path, index), item) for index, item in enumerate(node.items)]
        waiting.extend(reversed(children))


def intrinsic(node: Node | None) -> tuple[str, Node] | None:
    """The name and the argument of an intrinsic function: ``Ref``, ``Condition`` or ``Fn::…``."""
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        return None
    name, _, argument = node.entries[0]
    return (name, argument) if name in ("Ref", "Condition") or name.startswith("Fn::") else None


def shown_path(path: Path) -> str:
    """``ModelVariants[0].ModelName``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
