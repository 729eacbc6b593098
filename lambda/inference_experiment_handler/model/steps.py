"""The four things that can come next: call, wait, be done, fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """Call an operation, then look again.

    Attributes:
        operation: The operation's name in the API.
        subject: The name of the experiment (or the id of the stack) that the call is about.
        arguments: What it is sent.
        why: For the log, and for the answer if time runs out over it.
        purpose: Tells calls of one operation apart that are made for different reasons.
        fields: The fields that an update sends.
        tentative: Whether it is legal now is not documented, so SageMaker's refusal is no failure yet.
        takes_charge_from: Set where the call takes charge of the subject: whose it was before (see ``charge``).
    """

    operation: str
    subject: str
    arguments: Mapping[str, Any] = field(repr=False)
    why: str
    purpose: str = ""
    fields: tuple[str, ...] = ()
    tentative: bool = False
    takes_charge_from: str | None = None

    @property
    def takes_charge(self) -> bool:
        return self.takes_charge_from is not None

    @property
    def key(self) -> str:
        """What counts as the same call within one request."""
        return call_key(self.operation, self.subject, self.purpose)


@dataclass(frozen=True)
class Wait:
    """Nothing to do but look again after a while."""

    why: str


@dataclass(frozen=True)
class Done:
    """Live is as declared: answer SUCCESS."""

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
class Refusal:
    """What is declared can't be brought about, and nothing has been touched. Never leaves ``decide``.

    ``in_rollback`` is the step if CloudFormation is rolling the stack back: what can't be taken back stays, and the
    rollback gets through.
    """

    reason: str
    in_rollback: Step


def call_key(operation: str, subject: str, purpose: str = "") -> str:
    return " ".join(filter(None, (operation, subject, purpose)))
