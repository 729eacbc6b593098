"""The expected state of an endpoint, by the declarations and by what others did. Two tests may share it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from campaign import invariants
from simulation.declarations import Declaration


@dataclass
class Standing:
    """The expected state of one endpoint.

    Attributes:
        promoting: A declaration promotes the shadow variant, now or at the deletion.
        keeping: A declaration retains the shadow variant, now or at the deletion.
        left_behind: SageMaker itself, or someone else, may have left the shadow variant on it.
        changed: Someone has updated it, so that it no longer serves what it served in the beginning.
        shared: Two resources have tests on it.
        on_change: Called after each change.
        lost: Functions, each of which returns whether a resource may have lost its variants on the endpoint.
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
        # A promotion of one test differs from the declaration of the other.
        self.changed = self.changed or (self.shared and self.promoting)

    def change(self) -> None:
        self.changed = True
        for tell in self.on_change:
            tell()

    @property
    def may_have_a_shadow(self) -> bool:
        """Whether a shadow variant may be left at the end."""
        return self.keeping or self.left_behind or any(lost() for lost in self.lost)
