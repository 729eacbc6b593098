"""Keys that a template has twice. CloudFormation would use only the last one."""

from collections.abc import Iterator

from shadowtest.templates.node import Entry, Mapping, Node, Path, Place, walk


def duplicate_keys(root: Node) -> Iterator[tuple[Path, Place, str]]:
    for path, node in walk(root):
        if not isinstance(node, Mapping):
            continue
        first: dict[str, Entry] = {}
        for entry in node.entries:
            if first.setdefault(entry.key, entry) is not entry:
                yield (
                    (*path, entry.key),
                    entry.place,
                    f"is given a second time, first in line {first[entry.key].place.line}",
                )
