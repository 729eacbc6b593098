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
    stack: str
    resources: tuple[ResourcePlan, ...]
