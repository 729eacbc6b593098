"""Copies of JSON values: maps and lists are copied, and all other values are immutable."""

from typing import TypeVar, cast

_Value = TypeVar("_Value")


def copied(value: _Value) -> _Value:
    """Like ``deepcopy``, which takes six times as long, because it also handles cycles and other kinds of objects."""
    if isinstance(value, dict):
        return cast("_Value", {key: copied(each) for key, each in value.items()})
    if isinstance(value, list):
        return cast("_Value", [copied(each) for each in value])
    return value
