"""Parses CloudFormation's event to a ``Request``."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from inference_experiment_handler.model.request import CLOCK_SKEW, Previous, Request, RequestType
from inference_experiment_handler.model.tags import Owner
from inference_experiment_handler.spec import names, parser
from inference_experiment_handler.spec.declaration import Removal
from inference_experiment_handler.spec.limits import SERVICE_TIMEOUT
from inference_experiment_handler.spec.parser import InvalidPropertiesError

logger = logging.getLogger(__name__)

_SIGNED_FOR = timedelta(hours=2)
_RESERVE = timedelta(minutes=3)
"""Enough time for Lambda to run a request again if its response was not delivered."""


def issued(event: Mapping[str, Any], received: datetime) -> datetime:
    """When CloudFormation sent the request: the start of the time for which its ``ResponseURL`` is signed.

    Lambda may run a request again, minutes or hours later, so the time when it was received can be too late.
    """
    query = parse_qs(urlsplit(event["ResponseURL"]).query)
    try:
        if "X-Amz-Date" in query:
            signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        else:
            signed = datetime.fromtimestamp(int(query["Expires"][0]), UTC) - _SIGNED_FOR
    except (KeyError, ValueError, OverflowError, OSError):
        return received
    # Even if Lambda delivers it late. A time far in the future means a wrong clock, or an address of another kind.
    return signed if signed <= received + timedelta(seconds=CLOCK_SKEW) else received


def deadline(sent: datetime, resource_properties: Mapping[str, Any]) -> datetime:
    """When the response is due: a while before CloudFormation's time-out for the resource."""
    raw = resource_properties.get("ServiceTimeout")
    declared = str(raw) if isinstance(raw, str | int) else ""
    seconds = int(declared) if declared.isdecimal() and len(declared) < 5 else SERVICE_TIMEOUT[-1]
    timeout = timedelta(seconds=seconds if seconds in SERVICE_TIMEOUT else SERVICE_TIMEOUT[-1])
    return sent + timeout - min(_RESERVE, timeout / 4)


def fallback_physical_id(event: Mapping[str, Any]) -> str:
    """The physical id of the response in any case, even if the properties are invalid."""
    if event["RequestType"] != RequestType.CREATE and event.get("PhysicalResourceId"):
        return str(event["PhysicalResourceId"])
    return names.of(event["ResourceProperties"], event["StackId"], event["LogicalResourceId"])


def parse(event: Mapping[str, Any], sent: datetime) -> Request:
    """Raises an ``InvalidPropertiesError`` for a Create or an Update with invalid properties."""
    kind = RequestType(event["RequestType"])
    properties = event["ResourceProperties"]
    owner = Owner(event["StackId"], event["LogicalResourceId"])
    name = names.of(properties, owner.stack_id, owner.logical_id)
    is_delete = kind is RequestType.DELETE
    removal = parser.parse_removal(properties) if is_delete else Removal()
    if removal.not_followed:
        logger.warning({"delete": "does not completely follow OnDelete", "why": "; ".join(removal.not_followed)})
    declared = None if is_delete else parser.parse(properties, update=kind is RequestType.UPDATE)
    physical_id = event.get("PhysicalResourceId") or None
    if kind is RequestType.UPDATE and name != physical_id and names.same(name, physical_id):
        # SageMaker lower-cases names in ARNs, so it may treat both as one experiment, or not.
        raise InvalidPropertiesError((f"Name is {name!r}, must differ from {physical_id!r} in more than case",))
    return Request(
        type=kind,
        owner=owner,
        name=name,
        token=_fencing_token(event, sent),
        deadline=deadline(sent, properties),
        physical_id=physical_id,
        declared=declared,
        previous=_previous(event, owner) if kind is RequestType.UPDATE else None,
        removal=removal,
        generated_names=frozenset(
            names.of(given, owner.stack_id, owner.logical_id)
            for given in (properties, event.get("OldResourceProperties") or {})
            if not given.get("Name")
        ),
    )


def _fencing_token(event: Mapping[str, Any], sent: datetime) -> str:
    # A retried deployment reuses the RequestId, but never the ResponseURL.
    digest = sha256(f"{event['RequestId']} {event['ResponseURL']}".encode()).hexdigest()[:16]
    return f"{int(sent.timestamp())}-{event['RequestType'].lower()}-{digest}"


def _previous(event: Mapping[str, Any], owner: Owner) -> Previous:
    old = event.get("OldResourceProperties") or {}
    try:
        # OnDelete is read separately, so its faults do not affect the rest.
        declared = parser.parse({key: value for key, value in old.items() if key != "OnDelete"})
    except InvalidPropertiesError:
        # A rollback from properties that were rejected, or properties of another version.
        declared = None
    return Previous(names.of(old, owner.stack_id, owner.logical_id), parser.parse_removal(old), declared)
