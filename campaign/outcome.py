"""What one life came to."""

from dataclasses import dataclass, field
from datetime import timedelta

from campaign.invariants import Violation

NEVER = timedelta()


@dataclass
class Outcome:
    """What one life came to."""

    seed: int
    violations: list[Violation] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    extras: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    answers: int = 0
    unanswerable: int = 0
    billed: float = 0.0
    """Seconds that Lambda would bill."""
    calls: int = 0
    handovers: int = 0
    invocations: int = 0
    slowest: timedelta = NEVER
    """The longest that a request took to be answered."""
    log: str = ""
