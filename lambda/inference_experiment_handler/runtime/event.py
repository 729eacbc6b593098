"""From CloudFormation's event to a ``Request``: who asks for what, under which name, until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from inference_experiment_handler.model.tags import Owner
from inference_experiment_handler.plan.fields import applied_by
from inference_experiment_handler.plan.matching import same_name
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec import parser as properties
from inference_experiment_handler.spec.declaration import Declaration, Removal
from inference_experiment_handler.spec.limits import SERVICE_TIMEOUT
from inference_experiment_handler.spec.parser import InvalidPropertiesError

_SIGNED_FOR = timedelta(hours=2)
_RESERVE = timedelta(minutes=3)
"""Enough for Lambda to run a request once more whose answer was lost on the way."""


class RequestType(StrEnum):
    """CloudFormation's ``RequestType``."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True)
class Previous:
    """What an Update starts from: the declaration before, as far as it can be read."""

    name: str
    removal: Removal
    tags: Mapping[str, str]
    applied: Mapping[str, str] | None


@dataclass(frozen=True)
class Request:
    """One Create, Update or Delete.

    Attributes:
        name: The name of the experiment that it is about.
        token: Stands for the request on the experiment's tags; tokens tell which request was issued first.
        deadline: Until when it has to be answered.
        physical_id: CloudFormation's, on Update and Delete.
        declaration: Absent on Delete.
        previous: What an Update starts from.
        removal: What a Delete does.
        generated_names: The names that nobody but this resource comes by.
    """

    type: RequestType
    owner: Owner
    name: str
    token: str
    deadline: datetime
    physical_id: str | None = None
    declaration: Declaration | None = None
    previous: Previous | None = None
    removal: Removal = field(default_factory=Removal)
    generated_names: frozenset[str] = frozenset()

    @property
    def candidates(self) -> tuple[str, ...]:
        """The names under which the experiment may be found, the likeliest first.

        On Delete the physical id decides, but CloudFormation sends an invented one where a Create never answered.
        """
        if self.type is not RequestType.DELETE or self.physical_id is None:
            return (self.name,)
        return tuple(name for name in dict.fromkeys((self.physical_id, self.name)) if names.possible(name))

    def owns(self, name: str, tags: Mapping[str, str]) -> bool:
        """Whether an experiment of that name, with these tags, is this resource's."""
        return self.owner.owns(tags, by_name=name in self.generated_names)

    @property
    def replaces(self) -> str | None:
        """The name of the experiment that this Update replaces by another, if it does."""
        previous = self.previous.name if self.previous else None
        return None if previous is None or same_name(previous, self.name) else previous


def issued(event: Mapping[str, Any], received: datetime) -> datetime:
    """When CloudFormation sent the request: the address of its answer is signed for a time that starts then.

    Lambda may run a request again, minutes or hours later, so when it was received says less.
    """
    query = parse_qs(urlsplit(event["ResponseURL"]).query)
    try:
        if "X-Amz-Date" in query:
            signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        else:
            signed = datetime.fromtimestamp(int(query["Expires"][0]), UTC) - _SIGNED_FOR
    except (KeyError, ValueError, OverflowError, OSError):
        return received
    # However late Lambda delivers it. A time to come is a clock far off, or an address of another kind.
    return signed if signed <= received else received


def deadline(issued_at: datetime, resource_properties: Mapping[str, Any]) -> datetime:
    """Until when to answer: a while before CloudFormation gives the resource up."""
    raw = resource_properties.get("ServiceTimeout")
    declared = str(raw) if isinstance(raw, str | int) else ""
    seconds = int(declared) if declared.isdecimal() and len(declared) < 5 else SERVICE_TIMEOUT[-1]
    timeout = timedelta(seconds=seconds if seconds in SERVICE_TIMEOUT else SERVICE_TIMEOUT[-1])
    return issued_at + timeout - min(_RESERVE, timeout / 4)


def issued_by(token: str) -> int:
    """When the request that a token stands for was issued, in seconds."""
    seconds = token.partition("-")[0]
    return int(seconds) if seconds.isdecimal() else 0


def answer_name(event: Mapping[str, Any]) -> str:
    """The physical id to answer with whatever happens, even to properties that can't be meant."""
    if event["RequestType"] != RequestType.CREATE and event.get("PhysicalResourceId"):
        return str(event["PhysicalResourceId"])
    return names.of(event["ResourceProperties"], event["StackId"], event["LogicalResourceId"])


def parse(event: Mapping[str, Any], issued_at: datetime) -> Request:
    """Raises ``InvalidPropertiesError`` for a Create or an Update whose properties can't be meant."""
    kind = RequestType(event["RequestType"])
    declared = event["ResourceProperties"]
    owner = Owner(event["StackId"], event["LogicalResourceId"])
    name = names.of(declared, owner.stack_id, owner.logical_id)
    is_delete = kind is RequestType.DELETE
    declaration = None if is_delete else properties.parse(declared)
    physical_id = event.get("PhysicalResourceId") or None
    if kind is RequestType.UPDATE and name != physical_id and same_name(name, physical_id):
        # SageMaker lower-cases names in ARNs, so it may take the two for one experiment, or not.
        raise InvalidPropertiesError((f"Name is {name!r}, must differ from {physical_id!r} in more than case",))
    return Request(
        type=kind,
        owner=owner,
        name=name,
        token=_token(event, issued_at),
        deadline=deadline(issued_at, declared),
        physical_id=physical_id,
        declaration=declaration,
        previous=_previous(event, owner) if kind is RequestType.UPDATE else None,
        removal=properties.parse_removal(declared) if is_delete else Removal(),
        generated_names=frozenset(
            names.of(given, owner.stack_id, owner.logical_id)
            for given in (declared, event.get("OldResourceProperties") or {})
            if not given.get("Name")
        ),
    )


def _token(event: Mapping[str, Any], issued_at: datetime) -> str:
    # A retried deployment reuses the RequestId, but never the address of the answer.
    digest = sha256(f"{event['RequestId']} {event['ResponseURL']}".encode()).hexdigest()[:16]
    return f"{int(issued_at.timestamp())}-{event['RequestType'].lower()}-{digest}"


def _previous(event: Mapping[str, Any], owner: Owner) -> Previous:
    old = event.get("OldResourceProperties") or {}
    try:
        declaration = properties.parse(old)
    except InvalidPropertiesError:
        # A rollback from properties that were refused, or properties of another version.
        declaration = None
    return Previous(
        name=names.of(old, owner.stack_id, owner.logical_id),
        removal=properties.parse_removal(old),
        tags=declaration.tags if declaration else {},
        applied=applied_by(declaration) if declaration else None,
    )
