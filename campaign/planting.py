"""Plants a fault in the handler while lives run, and checks that the fault takes effect.

A mutant replaces names in the handler's modules. After a refactoring, such a name may no longer be used. Then the
mutant changes nothing, and whether it is found has no meaning.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any
from unittest import mock

from campaign.life import live

LIVES = 1500


class ChangesNothingError(Exception):
    """The handler does not use what a mutant replaces."""


@dataclass(frozen=True)
class Mutant:
    """A fault.

    Attributes:
        name: The effect of the fault.
        breaks: An invariant that it violates, perhaps among others.
        changes: The replacements: where, which name, and with what.
        quick: Whether a hundred lives are enough to find it.
        first: The first of these lives. An earlier life breaks nothing, or another invariant.
    """

    name: str
    breaks: int
    changes: tuple[tuple[Any, str, Any], ...]
    quick: bool = True
    first: int = 0

    @contextmanager
    def planted(self) -> Iterator[set[str]]:
        """Yields the replacements that have not been called yet. Raises ``ChangesNothingError`` if any is left at the
        end.
        """
        idle: set[str] = set()
        with ExitStack() as stack:
            for where, what, by in self.changes:
                place = f"{getattr(where, '__name__', where)}.{what}"
                _check_it_replaces(where, what, by, place)
                idle.add(place)
                stack.enter_context(mock.patch.object(where, what, _noticed(by, partial(idle.discard, place))))
            yield idle
        if idle:
            raise ChangesNothingError(f"nobody calls {' or '.join(sorted(idle))}")

    def found_by(self, lives: int = LIVES, *, first: int = 0) -> tuple[set[int], int] | None:
        """The violated invariants of the first life with a violation, and its seed. ``None`` if the fault is not found.

        One fault may violate several invariants: if a rollback gets no response, it also does not succeed.
        """
        found: tuple[set[int], int] | None = None
        with self.planted() as idle:
            for seed in range(first, first + lives):
                violations = live(seed).violations
                if violations and not found:
                    found = {each.invariant for each in violations}, seed
                # A part of the fault may be called only after the first violation.
                if found and not idle:
                    break
        return found


def replacing(make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Callable[..., Any]:
    """Makes each replacement refer to its original, to check later that it replaces that function."""

    def made(original: Callable[..., Any]) -> Callable[..., Any]:
        return wraps(original)(make(original))

    return made


def _check_it_replaces(where: Any, what: str, by: Any, place: str) -> None:
    if not hasattr(where, what):
        raise ChangesNothingError(f"there is no {place}")
    original = getattr(where, what)
    if getattr(by, "__wrapped__", original) is not original:
        raise ChangesNothingError(f"{place} is not what the replacement was made of")


def _noticed(by: Any, notice: Callable[[], None]) -> Any:
    """The same function, but each call is recorded."""
    if isinstance(by, property):
        return property(_noticed(by.fget, notice))

    @wraps(by)
    def call(*given: Any, **named: Any) -> Any:
        notice()
        return by(*given, **named)

    return call
