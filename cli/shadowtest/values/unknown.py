"""A value that only the deployment makes known. It is never guessed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class KnownAtDeployment:
    """``expression``: what the template says. ``why``: why its value is not known yet."""

    expression: str
    why: str

    @classmethod
    def of(cls, expression: Any, why: str) -> "KnownAtDeployment":
        return cls(json.dumps(expression, default=_shown, sort_keys=True), why)


def unknowns_in(value: Any) -> Iterator[KnownAtDeployment]:
    """Every unknown within a value, at any depth."""
    if isinstance(value, KnownAtDeployment):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from unknowns_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from unknowns_in(each)


def _shown(value: Any) -> str:
    return value.expression if isinstance(value, KnownAtDeployment) else str(value)
