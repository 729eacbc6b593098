"""The possible steps: call, wait, done, fail. Within ``plan``, also: infeasible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Purpose(StrEnum):
    """Distinguishes calls of one operation. Journals contain the values, so they must not change."""

    NONE = ""
    LEASE = "charge"
    START = "start"
    STOP = "end"
    VERIFIED = "proof"
    OWNER = "owner"
    UNHANDLED_STATUS = "unknown status"
    RELEASE = "release"


CallKey = tuple[str, str, str]
"""The operation, its subject and its purpose. They identify a call within one request."""


@dataclass(frozen=True)
class Call:
    """Call an operation, then observe again.

    Attributes:
        operation: The operation's name in the API.
        subject: The name of the experiment, or the id of the stack.
        arguments: The arguments of the call.
        why: The reason, for the log, and for the response if the time runs out.
        purpose: Distinguishes calls of one operation that have different reasons.
        fields: The fields that an update sends.
        tentative: AWS does not document whether the call is allowed now, so a conflict is not a failure yet.
        takes_back: It removes what the stack no longer waits for, so it is made even then.
        if_rejected: Text that is added to the error if SageMaker rejects the arguments: what the user can do.
        takes_lease_from: Set if the call acquires the lease of the subject: the fencing token of the last request of
            CloudFormation that held it before.
    """

    operation: str
    subject: str
    arguments: Mapping[str, Any] = field(repr=False)
    why: str
    purpose: str = Purpose.NONE
    fields: tuple[str, ...] = ()
    tentative: bool = False
    takes_back: bool = False
    if_rejected: str = ""
    takes_lease_from: str | None = None

    @property
    def takes_lease(self) -> bool:
        return self.takes_lease_from is not None

    @property
    def key(self) -> CallKey:
        return (self.operation, self.subject, self.purpose)


@dataclass(frozen=True)
class Wait:
    """Observe again after a while.

    Attributes:
        throttled: It waits because a call was throttled.
        leaves_untouched: Nothing is changed until it is over, not even the lease.
    """

    why: str
    throttled: bool = False
    leaves_untouched: bool = False


@dataclass(frozen=True)
class Done:
    """The desired state is live: respond with SUCCESS."""

    why: str


@dataclass(frozen=True)
class Fail:
    """The desired state can't be reached: respond with FAILED. The reason appears in the stack's events."""

    reason: str

    @property
    def why(self) -> str:
        return self.reason


Step = Call | Wait | Done | Fail


@dataclass(frozen=True)
class Infeasible:
    """The desired state can't be reached, and nothing has been changed. Only used within ``plan``.

    ``in_rollback`` plans the step for a rollback of the stack: what can't be rolled back stays, and the rollback
    succeeds.
    """

    reason: str
    in_rollback: Callable[[], Step]

    @property
    def why(self) -> str:
        return self.reason
