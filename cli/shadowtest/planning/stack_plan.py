"""The verdicts of all shadow tests of a stack."""

from dataclasses import dataclass

from shadowtest.planning.verdict import Verdict


@dataclass(frozen=True)
class ResourcePlan:
    """What happens to the test of one resource, in order."""

    logical_id: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class StackPlan:
    """``notes``: what else a reviewer must know about the stack, one sentence each. ``region``: empty if not known."""

    stack: str
    region: str
    resources: tuple[ResourcePlan, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether the stack has a shadow test, or may have one."""
        return bool(self.resources or self.notes)
