"""From CloudFormation's event to a ``Request``: who asks for what, under which name, until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from inference_experiment_handler import names, properties
from inference_experiment_handler.declaration import Declaration, Removal
from inference_experiment_handler.fields import applied_by
from inference_experiment_handler.limits import SERVICE_TIMEOUT
from inference_experiment_handler.ownership import Owner
from inference_experiment_handler.properties import InvalidPropertiesError


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
    """One Create, Update or Delete. ``declaration`` is absent on Delete, ``previous`` on all but Update."""

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
    """The names that nobody but this resource comes by."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The names under which the experiment may be found, the likeliest first.

        On Delete the physical id decides, but CloudFormation sends an invented one where a Create never answered.
        """
        if self.type is not RequestType.DELETE or self.physical_id is None:
            return (self.name,)
        return tuple(name for name in dict.fromkeys((self.physical_id, self.name)) if names.possible(name))

    @property
    def replaces(self) -> str | None:
        """The name of the experiment that this Update replaces by another, if it does."""
        previous = self.previous.name if self.previous else None
        return previous if previous not in (None, self.name) else None


def deadline(received: datetime, resource_properties: Mapping[str, Any]) -> datetime:
    """Until when to answer: a while before CloudFormation gives the resource up."""
    raw = resource_properties.get("ServiceTimeout")
    seconds = int(raw) if isinstance(raw, str | int) and str(raw).isdecimal() else SERVICE_TIMEOUT[-1]
    timeout = timedelta(seconds=seconds if seconds in SERVICE_TIMEOUT else SERVICE_TIMEOUT[-1])
    return received + timeout - min(timedelta(minutes=1), timeout / 4)


def answer_name(event: Mapping[str, Any]) -> str:
    """The physical id to answer with whatever happens, even to properties that can't be meant."""
    if event["RequestType"] != RequestType.CREATE and event.get("PhysicalResourceId"):
        return str(event["PhysicalResourceId"])
    return names.of(event["ResourceProperties"], event["StackId"], event["LogicalResourceId"])


def parse(event: Mapping[str, Any], until: datetime) -> Request:
    """Raises ``InvalidPropertiesError`` for a Create or an Update whose properties can't be meant."""
    kind = RequestType(event["RequestType"])
    declared = event["ResourceProperties"]
    owner = Owner(event["StackId"], event["LogicalResourceId"])
    name = names.of(declared, owner.stack_id, owner.logical_id)
    is_delete = kind is RequestType.DELETE
    return Request(
        type=kind,
        owner=owner,
        name=name,
        # A retried deployment reuses the RequestId, but never the address of the answer.
        token=sha256(f"{event['RequestId']} {event['ResponseURL']}".encode()).hexdigest()[:16],
        deadline=until,
        physical_id=event.get("PhysicalResourceId") or None,
        declaration=None if is_delete else properties.parse(declared),
        previous=_previous(event, owner) if kind is RequestType.UPDATE else None,
        removal=properties.parse_removal(declared) if is_delete else Removal(),
        generated_names=frozenset(
            names.of(given, owner.stack_id, owner.logical_id)
            for given in (declared, event.get("OldResourceProperties") or {})
            if not given.get("Name")
        ),
    )


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
