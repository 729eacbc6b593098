"""The state of live tests and of the stacks that own them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from inference_experiment_handler.model.status import Phase, phase_of
from shadowtest.planning.verdict import Bill
from shadowtest.values.stack import is_in_progress, stack_name


@dataclass(frozen=True)
class Served:
    """A variant as the endpoint serves it. A value that its endpoint configuration does not have is ``None``."""

    name: str
    role: str
    model: str | None
    instance_type: str | None
    instance_count: int | None


@dataclass(frozen=True)
class LiveState:
    """One experiment.

    Attributes:
        stack, logical_id: The resource that owns it; empty if its tags name none.
        endpoint_status: ``None`` if there is no such endpoint.
        sampling: The percentage of requests that the shadow variant gets.
        starts, ends: As far as they are known.
        seen: When it was described.
        bills: What is billed until its end.
    """

    stack: str
    logical_id: str
    experiment: str
    status: str
    status_reason: str
    endpoint: str
    endpoint_status: str | None
    sampling: int
    served: tuple[Served, ...]
    starts: datetime | None
    ends: datetime | None
    seen: datetime
    bills: tuple[Bill, ...]
    endpoint_in_transition: bool

    @property
    def phase(self) -> Phase:
        return phase_of(self.status)

    @property
    def until_start(self) -> timedelta | None:
        """``None`` if it has started."""
        if self.phase is Phase.ENDED or self.starts is None or self.starts <= self.seen:
            return None
        return self.starts - self.seen

    @property
    def left(self) -> timedelta | None:
        """The time until its end. ``None`` if it has ended, or if the end is not known."""
        return max(self.ends - self.seen, timedelta()) if self.ends is not None else None


@dataclass(frozen=True)
class StackState:
    """A stack that the user named, or that owns a test. ``status``: CloudFormation's ``StackStatus``."""

    id: str
    status: str

    @property
    def name(self) -> str:
        return stack_name(self.id)


@dataclass(frozen=True)
class State:
    """
    Attributes:
        missing: The experiments that stacks have declared and that do not exist, one sentence each.
        unread: What could not be read, and why, one sentence each.
    """

    stacks: tuple[StackState, ...]
    tests: tuple[LiveState, ...]
    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def transitions(self) -> tuple[str, ...]:
        """What is in transition, one clause each. Empty if everything is at rest."""
        stacks = [f"stack {each.name} is {each.status}" for each in self.stacks if is_in_progress(each.status)]
        tests = [f"{each.experiment} is {each.status}" for each in self.tests if each.phase is Phase.IN_TRANSITION]
        endpoints = [
            f"endpoint {each.endpoint} is {each.endpoint_status}" for each in self.tests if each.endpoint_in_transition
        ]
        return (*stacks, *tests, *dict.fromkeys(endpoints))
