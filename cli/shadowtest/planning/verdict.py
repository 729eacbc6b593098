"""A verdict: one thing that the handler will do, and what a reviewer has to know of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shadowtest.planning.one_at_a_time import Crowd


class Kind(StrEnum):
    """What will happen. The values are part of the JSON output."""

    CREATE = "create"
    UPDATE = "update in place"
    REPLACE = "replace"
    START = "start"
    PROMOTE = "promote"
    END = "end"
    CALL_OFF = "call off"
    REMOVE = "remove"
    ADOPT = "adopt"
    NOTHING = "nothing"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Difference:
    """A field as it is declared, beside what is live, in the handler's words."""

    path: str
    declared: str
    live: str


@dataclass(frozen=True)
class Bill:
    """The instances of a variant, and for how long they are billed; ``hours`` is ``None`` where no end is known."""

    variant: str
    role: str
    model: str
    instance_type: str
    instance_count: int
    hours: float | None

    @property
    def instance_hours(self) -> float | None:
        return self.hours * self.instance_count if self.hours is not None else None


@dataclass(frozen=True)
class Fate:
    """What becomes of a variant when its test is stopped. ``action`` is one of ``ModelVariantActions``."""

    variant: str
    role: str
    model: str
    action: str
    instance_type: str
    instance_count: int


@dataclass(frozen=True)
class Verdict:
    """One thing that the handler will do.

    Attributes:
        experiment: The experiment that it is about.
        request: The request of CloudFormation's that brings it about; empty where CloudFormation sends none.
        reason: The handler's own words.
        differences: The fields that it changes.
        can_be_undone: Whether another deployment can take it back; ``None`` where there is nothing to take back.
        waits_for: The statuses from before the deployment that the handler waits out first.
        endpoint: The endpoint of the test, as it is shown.
        new_endpoint: The logical ID of the resource that creates it, where only the deployment makes its name known.
        sampling: The percentage of requests that the shadow variant gets from then on.
        starts, ends: When the test starts and ends then, as far as it is known.
        bills: What is billed from then on, as far as it is known.
        bills_are_complete: Whether the instances of the shadow variant are known.
        fates: What becomes of each variant, where the test is stopped.
        gate: The verdict on ``PromoteIf``, in its own words; empty where no gate lets the test be promoted.
        replaces: The experiment that a new one replaces.
        operations: The calls of SageMaker's that change something.
        ends_then: The same request also ends the test, so that this is not what it comes to.
        crowd: The others on the endpoint because of which this one can't be created, or may not be.
        alternatives: What may happen, where it depends on values that are known only at deployment.
    """

    kind: Kind
    experiment: str = ""
    request: str = ""
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    can_be_undone: bool | None = None
    waits_for: tuple[str, ...] = ()
    endpoint: str = ""
    new_endpoint: str = ""
    sampling: int | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    bills: tuple[Bill, ...] = ()
    bills_are_complete: bool = True
    fates: tuple[Fate, ...] = ()
    gate: str = ""
    replaces: str | None = None
    operations: tuple[str, ...] = ()
    ends_then: bool = False
    crowd: Crowd | None = None
    alternatives: tuple["Alternative", ...] = ()


@dataclass(frozen=True)
class Alternative:
    """What will happen under a condition."""

    condition: str
    verdicts: tuple[Verdict, ...]
