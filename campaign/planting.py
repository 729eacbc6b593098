"""Plants a fault in the handler for as long as lives are lived, and sees to it that it is one.

A mutant replaces names in the handler's modules. After a refactoring it may be that nobody uses such a name any more.
Then the mutant changes nothing, and whether it is found says nothing.
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
    """What a mutant replaces is not what the handler uses."""


@dataclass(frozen=True)
class Mutant:
    """A fault.

    Attributes:
        name: What it does.
        breaks: An invariant that it breaks, perhaps among others.
        changes: How it is planted: where, what, by what.
        quick: Whether a hundred lives are enough to find it.
        first: From which life on they are.
    """

    name: str
    breaks: int
    changes: tuple[tuple[Any, str, Any], ...]
    quick: bool = True
    first: int = 0

    @contextmanager
    def planted(self) -> Iterator[set[str]]:
        """Yields what nobody has called yet. Raises ``ChangesNothingError`` if there is any of that at the end."""
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
        """The invariants that are broken in the first life with any, and its seed; ``None`` if it gets away.

        One fault may break several: what is never answered may be a rollback, which then does not succeed either.
        """
        found: tuple[set[int], int] | None = None
        with self.planted() as idle:
            for seed in range(first, first + lives):
                violations = live(seed).violations
                if violations and not found:
                    found = {each.invariant for each in violations}, seed
                # A part of it may be called later than what is found first.
                if found and not idle:
                    break
        return found


def replacing(make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Callable[..., Any]:
    """For what makes a replacement of an original, so that it can be told whether that is what is in its place."""

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
    """The same, but each call is noticed."""
    if isinstance(by, property):
        return property(_noticed(by.fget, notice))

    @wraps(by)
    def call(*given: Any, **named: Any) -> Any:
        notice()
        return by(*given, **named)

    return call
