"""The result of one life."""

from dataclasses import dataclass, field
from datetime import timedelta

from campaign.invariants import Violation

NEVER = timedelta()


@dataclass
class Outcome:
    """The result of one life."""

    seed: int
    violations: list[Violation] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    extras: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    answers: int = 0
    unanswerable: int = 0
    billed: float = 0.0
    """The seconds that Lambda would bill."""
    calls: int = 0
    handovers: int = 0
    invocations: int = 0
    slowest: timedelta = NEVER
    """The longest time until the response to a request."""
    log: str = ""
