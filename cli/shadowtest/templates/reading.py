"""Reads the text of a template: YAML with CloudFormation's short tags, or JSON."""

import json
import re
from typing import Any

import yaml

from shadowtest.templates.node import Entry, Mapping, Node, Place, Scalar, Sequence
from shadowtest.templates.short_tags import expanded
from shadowtest.templates.yaml_loader import LOADER

_STANDARD = "tag:yaml.org,2002:"
_MERGE = f"{_STANDARD}merge"
_DEEPEST = 100
"""The maximum number of levels. CloudFormation allows fewer."""
_LARGEST = 1_000_000
"""The maximum number of values. Values that aliases repeat are counted each time. CloudFormation allows fewer."""
_PLAIN_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")


class UnreadableError(Exception):
    """The text is neither YAML nor JSON. The message says why."""


def read(text: str) -> Node:
    """The template; raises an ``UnreadableError``."""
    if not text.strip():
        raise UnreadableError("is empty")
    if text.lstrip().startswith("{") and _is_json(text):
        # YAML allows no tabs between tokens. JSON strings contain no raw tabs, so this changes no string.
        text = text.replace("\t", " ")
    loader = LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise UnreadableError("is empty")
        return _Conversion().of(root)
    except yaml.MarkedYAMLError as error:
        raise UnreadableError(f"is neither YAML nor JSON{_at(error.problem_mark)}: {error.problem}") from error
    except RecursionError:
        raise UnreadableError(f"is nested more than {_DEEPEST} levels deep") from None
    except yaml.YAMLError as error:
        raise UnreadableError(f"is neither YAML nor JSON: {' '.join(str(error).split())}") from error
    finally:
        loader.dispose()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _at(mark: Any) -> str:
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""


class _Conversion:
    """Converts PyYAML's nodes. An alias stays one node."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[Node, int]] = {}
        self._constructor = yaml.SafeLoader("")

    def of(self, node: Any) -> Node:
        return self._converted(node, 0)[0]

    def _converted(self, node: Any, depth: int) -> tuple[Node, int]:
        """With its size."""
        if id(node) not in self._done:
            if depth > _DEEPEST:
                raise UnreadableError(f"is nested more than {_DEEPEST} levels deep{_at(node.start_mark)}")
            value, size = self._value(node, depth)
            if size > _LARGEST:
                raise UnreadableError(f"has aliases that expand to more than {_LARGEST:,} values")
            self._done[id(node)] = (value if node.tag.startswith(_STANDARD) else expanded(node.tag, value)), size
        return self._done[id(node)]

    def _value(self, node: Any, depth: int) -> tuple[Node, int]:
        place = _place(node)
        if isinstance(node, yaml.MappingNode):
            pairs = self._pairs(node)
            values = [self._converted(value, depth + 1) for _, value in pairs]
            entries = (Entry(_key(key), _place(key), of) for (key, _), (of, _) in zip(pairs, values, strict=True))
            return Mapping(place, tuple(entries)), 1 + sum(size for _, size in values)
        if isinstance(node, yaml.SequenceNode):
            values = [self._converted(item, depth + 1) for item in node.value]
            return Sequence(place, tuple(item for item, _ in values)), 1 + sum(size for _, size in values)
        return Scalar(place, self._text(node)), 1

    def _pairs(self, node: Any) -> list[tuple[Any, Any]]:
        """The entries of a map, with merged entries (``<<``) that the map itself does not have."""
        own = [pair for pair in node.value if pair[0].tag != _MERGE]
        if len(own) == len(node.value):
            return own
        self._constructor.flatten_mapping(node)
        said = {_key(key) for key, _ in own}
        merged = {_key(key): (key, value) for key, value in node.value if _key(key) not in said}
        return [*merged.values(), *own]

    def _text(self, node: Any) -> str | None:
        """A scalar as CloudFormation sends it to a custom resource."""
        kind = node.tag.removeprefix(_STANDARD)
        if kind == "null":
            return None
        if kind == "bool":
            return "true" if self._constructor.construct_yaml_bool(node) else "false"
        if kind == "int" and not _PLAIN_INTEGER.fullmatch(node.value):
            return str(self._constructor.construct_yaml_int(node))
        # JSON escapes a character above U+FFFF as a surrogate pair.
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _place(node: Any) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _key(node: Any) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "?"
