"""A verdict: one thing that the handler will do, and what a reviewer must know about it."""

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
    """The declared and the live value of a field, in the handler's words."""

    path: str
    declared: str
    live: str


@dataclass(frozen=True)
class Bill:
    """The instances of a variant, and how long they are billed. ``hours`` is ``None`` if no end is known."""

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
    """What happens to a variant when its test is stopped. ``action`` is one of ``ModelVariantActions``."""

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
        experiment: The name of the experiment.
        request: The CloudFormation request that causes it; empty if CloudFormation sends none.
        reason: The handler's own words.
        differences: The fields that it changes.
        can_be_undone: Whether another deployment can revert it; ``None`` if there is nothing to revert.
        waits_for: The transitions that began before the deployment, and that the handler first waits for.
        endpoint: The endpoint of the test, as it is shown.
        new_endpoint: The logical ID of the resource that creates the endpoint, if its name is known only at deployment.
        sampling: The percentage of requests that the shadow variant gets from then on.
        starts, ends: When the test starts and ends after that, as far as it is known.
        bills: What is billed from then on, as far as it is known.
        bills_are_complete: Whether the instances of the shadow variant are known.
        fates: What happens to each variant, if the test is stopped.
        gate: The verdict on ``PromoteIf`` in words, if the gate holds; otherwise empty.
        replaces: The experiment that the new one replaces.
        operations: The SageMaker API operations that change something.
        ends_then: The same request also ends the test, so this change is not the final state.
        crowd: The other tests on the endpoint that prevent the creation of this one, or may prevent it.
        alternatives: What may happen, if it depends on values that are known only at deployment.
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
