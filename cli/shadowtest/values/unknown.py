"""A value that is known only at deployment. It is never guessed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shadowtest.templates.node import Path


@dataclass(frozen=True)
class KnownAtDeployment:
    """A value that is not known yet.

    Both ``stays`` and ``is_new`` are false where neither is certain.

    Attributes:
        expression: What the template says.
        why: Why it is not known.
        stays: The deployment does not change it, so that equal expressions have the same value before and after.
        is_new: The deployment creates it, so that it differs from every deployed value.
    """

    expression: str
    why: str
    stays: bool = False
    is_new: bool = False

    @classmethod
    def of(cls, expression: Any, why: str, *, stays: bool = False, is_new: bool = False) -> "KnownAtDeployment":
        return cls(expression_of(expression), why, stays, is_new)


def surely_same(before: Any, after: Any) -> bool:
    """Whether the deployment certainly does not change this value, or the values in it."""
    return bool(before == after) and all(each.stays for each in unknowns_in(before))


def expression_of(value: Any) -> str:
    """A part of a template as text, with the expression of each unknown in it."""
    return json.dumps(value, default=_shown, sort_keys=True)


def unknowns_in(value: Any) -> Iterator[KnownAtDeployment]:
    """Every unknown in a value, at any depth."""
    return (unknown for _, unknown in unknown_paths(value))


def unknown_paths(value: Any, path: Path = ()) -> Iterator[tuple[Path, KnownAtDeployment]]:
    """The same, each with its path."""
    if isinstance(value, KnownAtDeployment):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from unknown_paths(each, (*path, key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from unknown_paths(each, (*path, index))


def _shown(value: Any) -> Any:
    return json.loads(value.expression) if isinstance(value, KnownAtDeployment) else str(value)
