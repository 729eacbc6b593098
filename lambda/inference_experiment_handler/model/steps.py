"""What can come next: call, wait, be done, fail. Within ``plan`` also: what is desired is infeasible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Purpose(StrEnum):
    """Tells calls of one operation apart. The values are in journals that are handed over: they must not change."""

    NONE = ""
    LEASE = "charge"
    START = "start"
    STOP = "end"
    VERIFIED = "proof"
    OWNER = "owner"
    UNHANDLED_STATUS = "unknown status"


CallKey = tuple[str, str, str]
"""The operation, its subject and its purpose: what counts as the same call within one request."""


@dataclass(frozen=True)
class Call:
    """Call an operation, then observe again.

    Attributes:
        operation: The operation's name in the API.
        subject: The name of the experiment (or the id of the stack) that the call is about.
        arguments: What it is sent.
        why: For the log, and for the answer if time runs out over it.
        purpose: Tells calls of one operation apart that are made for different reasons.
        fields: The fields that an update sends.
        tentative: Whether it is legal now is not documented, so a conflict is no failure yet.
        takes_back: It takes back what the stack no longer waits for, so it is made all the same.
        takes_lease_from: Set where the call acquires the lease of the subject: the fencing token that held it before.
    """

    operation: str
    subject: str
    arguments: Mapping[str, Any] = field(repr=False)
    why: str
    purpose: str = Purpose.NONE
    fields: tuple[str, ...] = ()
    tentative: bool = False
    takes_back: bool = False
    takes_lease_from: str | None = None

    @property
    def takes_lease(self) -> bool:
        return self.takes_lease_from is not None

    @property
    def key(self) -> CallKey:
        return (self.operation, self.subject, self.purpose)


@dataclass(frozen=True)
class Wait:
    """Nothing to do but observe again after a while. ``throttled``: because a call was."""

    why: str
    throttled: bool = False


@dataclass(frozen=True)
class Done:
    """What is desired is live: answer SUCCESS."""

    why: str


@dataclass(frozen=True)
class Fail:
    """It can't be brought about: answer FAILED. The reason is for the person who reads the stack's events."""

    reason: str

    @property
    def why(self) -> str:
        return self.reason


Step = Call | Wait | Done | Fail


@dataclass(frozen=True)
class Infeasible:
    """What is desired can't be brought about, and nothing has been touched. Never leaves ``plan``.

    ``in_rollback`` plans the step for the case that CloudFormation is rolling the stack back: what can't be taken back
    stays, and the rollback succeeds.
    """

    reason: str
    in_rollback: Callable[[], Step]

    @property
    def why(self) -> str:
        return self.reason
