"""Converts the template that cfn-lint has read to the tree that is checked."""

from typing import Any

from shadowtest.templates.node import Entry, Mapping, Node, Place, Scalar, Sequence


def tree_of(value: Any, place: Place = Place(1, 1)) -> Node:  # noqa: B008 - it is immutable
    """cfn-lint's maps, lists and strings have a place. Numbers and booleans get the place of their key."""
    place = _place(value, place)
    if isinstance(value, dict):
        entries = []
        for key, under in value.items():
            at = _place(key, place)
            entries.append(Entry(str(key), at, tree_of(under, at)))
        return Mapping(place, tuple(entries))
    if isinstance(value, list):
        return Sequence(place, tuple(tree_of(item, place) for item in value))
    if value is None:
        return Scalar(place, None)
    return Scalar(place, str(value).lower() if isinstance(value, bool) else str(value))


def _place(value: Any, otherwise: Place) -> Place:
    mark = getattr(value, "start_mark", None)
    return Place(mark.line + 1, mark.column + 1) if mark else otherwise
