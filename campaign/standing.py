"""What may be found on an endpoint, by what was declared and by what others did. Two stacks may share it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from campaign import invariants
from simulation.declarations import Declaration


@dataclass
class Standing:
    """One endpoint's.

    Attributes:
        promoting: A declaration has said that a shadow is promoted: now, or when it is deleted.
        keeping: The same of a shadow that is retained.
        left_behind: SageMaker itself, or somebody, may have left the shadow on it.
        changed: Somebody has updated it: what it serves is no longer what it did in the beginning.
        shared: Two stacks have their tests on it.
        on_change: Who has to know.
        lost: Each says whether a stack may have lost what it had there.
    """

    promoting: bool = False
    keeping: bool = False
    left_behind: bool = False
    changed: bool = False
    shared: bool = False
    on_change: list[Callable[[], None]] = field(default_factory=list)
    lost: list[Callable[[], bool]] = field(default_factory=list)

    def declared(self, declared: Declaration) -> None:
        self.promoting = self.promoting or invariants.promotes(declared)
        self.keeping = self.keeping or invariants.keeps_the_shadow(declared)
        # What one stack promotes, the other did not declare.
        self.changed = self.changed or (self.shared and self.promoting)

    def change(self) -> None:
        self.changed = True
        for tell in self.on_change:
            tell()

    @property
    def may_have_a_shadow(self) -> bool:
        """Whether one may be there when all is over."""
        return self.keeping or self.left_behind or any(lost() for lost in self.lost)
