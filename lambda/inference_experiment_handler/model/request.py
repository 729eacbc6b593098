"""One request of CloudFormation: the owner, the declaration, the name and the deadline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from inference_experiment_handler.model.tags import Owner
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Declaration, Removal
from inference_experiment_handler.spec.guardrail import GuardedAlarm


class RequestType(StrEnum):
    """``RequestType``: CloudFormation's three, and that of a guardrail's rule."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    GUARDRAIL = "Guardrail"


CLOCK_SKEW = 5
"""How many seconds the clocks of CloudFormation, Lambda, SageMaker, and the signer of a ``ResponseURL`` may differ."""
FROM_CLOUDFORMATION = (RequestType.CREATE, RequestType.UPDATE, RequestType.DELETE)


@dataclass(frozen=True)
class Previous:
    """The previous declaration of an Update, as far as it can be read."""

    name: str
    removal: Removal
    declared: Declaration | None = None

    @property
    def tags(self) -> Mapping[str, str]:
        return self.declared.tags if self.declared else {}


@dataclass(frozen=True)
class Request:
    """One Create, Update or Delete, or one look of a guardrail.

    Attributes:
        name: The experiment's name.
        token: The fencing token. It identifies the request on the experiment's tags, and shows which of two requests
            was issued first.
        deadline: When the response is due.
        physical_id: The physical id from CloudFormation, on Update and Delete.
        declared: The declaration. Absent on Delete, and in a guardrail's request.
        previous: The previous declaration, on Update.
        removal: What a Delete does.
        generated_names: The names that only this resource generates.
        alarms: The alarms of a guardrail.
    """

    type: RequestType
    owner: Owner
    name: str
    token: str
    deadline: datetime
    physical_id: str | None = None
    declared: Declaration | None = None
    previous: Previous | None = None
    removal: Removal = field(default_factory=Removal)
    generated_names: frozenset[str] = frozenset()
    alarms: tuple[GuardedAlarm, ...] = ()

    @property
    def issued(self) -> datetime:
        """When the request was issued, to the second."""
        return datetime.fromtimestamp(issued_at(self.token), UTC)

    @property
    def candidates(self) -> tuple[str, ...]:
        """The possible names of the experiment, the most likely one first.

        On Delete, it is the physical id, but CloudFormation generates one if there was no response to the Create.
        """
        if self.type is not RequestType.DELETE or self.physical_id is None:
            return (self.name,)
        return tuple(name for name in dict.fromkeys((self.physical_id, self.name)) if names.possible(name))

    @property
    def replaces(self) -> str | None:
        """The name of the experiment that this Update replaces, if it does."""
        previous = self.previous.name if self.previous else None
        return None if previous is None or names.same(previous, self.name) else previous

    @property
    def keeps_physical_id(self) -> bool:
        """Whether the experiment's name is the physical id that CloudFormation has.

        True if nothing is replaced, and in a rollback to the experiment from before a replacement.
        """
        return self.physical_id == self.name

    @property
    def replaces_forward(self) -> bool:
        """Whether it is an update that replaces a run, and not the rollback of such an update."""
        return self.replaces is not None and not self.keeps_physical_id

    def owns(self, name: str, tags: Mapping[str, str]) -> bool:
        """Whether an experiment with that name and these tags belongs to this resource."""
        return self.owner.owns(tags, by_name=name in self.generated_names)


def is_of_guardrail(token: str) -> bool:
    """Whether a fencing token is that of a guardrail's request."""
    return _type_of(token) == RequestType.GUARDRAIL.lower()


def comes_before(token: str, other: str) -> bool:
    """Whether the request of a fencing token was sent before another request of the same resource and second.

    Their types show that: a Create is the first request of a resource, and a Delete is the last one for an experiment.
    """
    order = [each.lower() for each in FROM_CLOUDFORMATION]
    types = _type_of(token), _type_of(other)
    if issued_at(token) != issued_at(other) or not all(each in order for each in types):
        return False
    return order.index(types[0]) < order.index(types[1])


def issued_at(token: str) -> int:
    """When the request of a fencing token was issued, in seconds since 1970."""
    seconds = token.partition("-")[0]
    return int(seconds) if seconds.isdecimal() else 0


def _type_of(token: str) -> str:
    """The type of the request in lower case; empty in a token of an earlier version."""
    return token.partition("-")[2].partition("-")[0]
