"""The four things that can come next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """Call SageMaker, then look again. ``subject`` is the name of the experiment that the call is about.

    ``tentative``: whether it is legal now is not documented, so a refusal is no failure yet. ``takes_charge_from``: the
    call takes charge of the subject; whose it was before (see ``charge``). ``key`` is what counts as the same call
    within one request: one operation on one experiment may serve two purposes.
    """

    operation: str
    subject: str
    arguments: Mapping[str, Any] = field(repr=False)
    why: str
    purpose: str = ""
    tentative: bool = False
    takes_charge_from: str | None = None

    @property
    def takes_charge(self) -> bool:
        return self.takes_charge_from is not None

    @property
    def key(self) -> str:
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


def call_key(operation: str, subject: str, purpose: str = "") -> str:
    return " ".join(filter(None, (operation, subject, purpose)))


Step = Call | Wait | Done | Fail
