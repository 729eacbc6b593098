"""The invariants. They are written from the declarations and from SageMaker's state, independently of the handler."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from campaign import endpoints
from campaign.aws import HANDLER
from campaign.cloudformation import Request
from campaign.resource import Resource
from local.sagemaker import SageMaker
from simulation.cloudformation import Answer
from simulation.declarations import SHADOW, Declaration

NAMES = {
    1: "answered once, in time, to its own address",
    2: "nothing runs or bills after a Delete",
    3: "no foreign experiment is touched",
    4: "SUCCESS means that live equals declared",
    5: "a rollback succeeds",
    6: "production changes only where Promote was declared",
    7: "the newer request's work stays",
    8: "logs are JSON, and hold no secret",
    9: "what is malformed gets a clean answer, or a clean error",
    10: "calls, handovers and events stay within bounds",
    11: "a guardrail ends only what runs while its alarm rings, and no request is about to change",
    12: "a promotion with a gate takes place only if the gate holds",
}
ENDED = ("Completed", "Cancelled")
_LONGEST = timedelta(days=30)
_CLOSE = timedelta(minutes=2)
_CLEANING = 2 * 3600
"""The seconds that a Create, for which CloudFormation no longer waits, may take to remove what it has created."""
_LOOKS = re.compile(r"^(Describe|List)")


@dataclass(frozen=True)
class Violation:
    invariant: int
    what: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.at:%m-%d %H:%M:%S} {self.invariant} ({NAMES[self.invariant]}): {self.what}"


def own(service: SageMaker, resource: Resource) -> list[dict[str, Any]]:
    """The experiments of a resource, by their tags, or by a name that only this resource generates."""
    tags = service.tags_by_arn()
    return service.experiments(
        lambda name, arn: resource.tags.items() <= tags.get(arn, {}).items() or name.startswith(resource.generated)
    )


def promotes(declared: Declaration) -> bool:
    """Whether the declaration promotes the shadow variant, now or at the deletion."""
    endings = (declared, declared.get("OnDelete", {}))
    return any(ending.get("ModelVariantActions", {}).get(SHADOW) == "Promote" for ending in endings)


def keeps_the_shadow(declared: Declaration) -> bool:
    endings = (declared, declared.get("OnDelete", {}))
    return any(ending.get("ModelVariantActions", {}).get(SHADOW) == "Retain" for ending in endings)


def answered(request: Request, answer: Answer) -> str | None:
    body, event = answer.body, request.event
    # A cancelled Create must first remove what it has created, and CloudFormation does not wait for the response.
    allowed = request.timeout + (_CLEANING if request.cancelled and request.kind == "Create" else 0)
    late = (answer.at - request.sent).total_seconds() > allowed and not request.redelivered
    if late and answer is request.answers[0]:
        return f"{request.id} {request.kind} answered after {answer.at - request.sent}"
    if any(body[key] != event[key] for key in ("RequestId", "StackId", "LogicalResourceId")):
        return f"{request.id} answered with another's ids"
    if answer.size > 4096:
        return f"{request.id} answered with {answer.size} bytes"
    if not body["PhysicalResourceId"] or (not answer.succeeded and not body["Reason"]):
        return f"{request.id} answered without an id or a reason"
    return None


def foreign_calls(service: SageMaker, foreign: Mapping[str, datetime]) -> list[str]:
    """The handler's calls on experiments of other owners. Another experiment may have had the name before."""
    # An ARN has the name in lower case.
    since = {each: at for name, at in foreign.items() for each in (name, name.lower())}
    return [
        f"{call.operation} of {call.parameters}"
        for call in service.record
        if call.principal == HANDLER and not _LOOKS.match(call.operation) and not call.code
        for name in {call.parameters.get("Name"), str(call.parameters.get("ResourceArn")).rpartition("/")[2]}
        if name in since and call.at >= since[name]
    ]


def unlike(
    declared: Declaration,
    name: str,
    service: SageMaker,
    now: datetime,
    *,
    rollback: bool,
    started_early: bool,
    before: Sequence[Declaration],
) -> str | None:
    """How the live experiment differs from its declaration. ``None`` if it does not.

    ``before``: its previous declarations.
    """
    live = service.experiment(name)
    if live is None:
        over = "DesiredState" in declared or _end_is_past(declared, now) or rollback
        return None if over else f"{name} is absent"
    if live["Status"] in ENDED:
        return None if rollback else _unlike_ended(declared, live, service)
    if rollback and live["Status"] == "Running" and service.is_stopping(name):
        # The rollback can't know that the test was stopped.
        return None
    if rollback:
        # Only three fields of a running test can change, so only these can be reverted.
        return _first(_differences(declared, live, _DESCRIPTION_AND_SAMPLING, before))
    if "DesiredState" in declared:
        return f"{name} is {live['Status']}, declared to be {declared['DesiredState']}"
    start = declared["Schedule"].get("StartTime")
    due = start is None or datetime.fromisoformat(start) <= now
    on_the_way = ("Creating", "Created", "Starting") if "WaitFor" in declared else ()
    early = ("Running",) if started_early else ()
    if live["Status"] not in (*on_the_way, *early, "Running" if due else "Created"):
        return f"{name} is {live['Status']}"
    return _first(_differences(declared, live, _FIELDS, before)) or _first(_end_differs(declared, live, service))


def _unlike_ended(declared: Declaration, live: dict[str, Any], service: SageMaker) -> str | None:
    if "DesiredState" not in declared:
        return None
    if live["Status"] != declared["DesiredState"]:
        return f"{live['Name']} is {live['Status']}, declared to be {declared['DesiredState']}"
    # At the end of the schedule, SageMaker restores the shadow variant that an earlier run has retained.
    own = next(each["ModelName"] for each in live["ModelVariants"] if each["VariantName"] == SHADOW)
    left = own in endpoints.shadow_models(service, declared["EndpointName"])
    if declared["ModelVariantActions"][SHADOW] == "Remove" and left:
        return "the shadow is still on the endpoint"
    return None


def _differences(
    declared: Declaration, live: dict[str, Any], fields: dict[str, "_Read"], before: Sequence[Declaration]
) -> list[str]:
    values = {name: (read[0](declared), read[1](live)) for name, read in fields.items()}
    if len(declared["ModelVariants"]) == 1 and "ModelVariants" in values:
        values["ModelVariants"] = _shadow_as_declared(declared, live, before)
    return [f"{name}: declared {one}, live {other}" for name, (one, other) in values.items() if one != other]


def _shadow_as_declared(declared: Declaration, live: dict[str, Any], before: Sequence[Declaration]) -> tuple[Any, Any]:
    """The declared values of the shadow variant.

    Omitted instance settings stay as they were declared before for the test. Otherwise they are those of production.
    """
    (entry,) = declared["ModelVariants"]
    found = {each["VariantName"]: each for each in live["ModelVariants"]}
    shadow, production = found[entry["VariantName"]], found[live["ShadowModeConfig"]["SourceModelVariantName"]]
    given = {key: shadow[key] for key in entry}
    if "InfrastructureConfig" in entry:
        return entry, given
    same = ("InfrastructureConfig", "RealTimeInferenceConfig", "InstanceType")
    declared_before = [
        _at(each, same)
        for earlier in before
        for each in earlier["ModelVariants"]
        if each["VariantName"] == entry["VariantName"] and "InfrastructureConfig" in each
    ]
    found_type = _at(shadow, same)
    return (
        (entry, found_type if found_type in declared_before else _at(production, same), True),
        (given, found_type, production is not shadow),
    )


def _at(value: Any, path: tuple[str, ...]) -> Any:
    return reduce(lambda within, key: within[key], path, value)


def _end_differs(declared: Declaration, live: dict[str, Any], service: SageMaker) -> list[str]:
    schedule = declared["Schedule"]
    # If the declared start was in the past at creation, the test starts at once, through Created or not.
    planned = (
        live["Status"] == "Created"
        and "StartTime" in schedule
        and datetime.fromisoformat(schedule["StartTime"]) > live["CreationTime"]
    )
    if "EndTime" in schedule:
        end = datetime.fromisoformat(schedule["EndTime"])
        if live["Status"] != "Created" and "StartTime" in live["Schedule"]:
            # SageMaker moves the end of a test that was started early.
            end = min(end, live["Schedule"]["StartTime"] + _LONGEST)
    elif live["Status"] != "Created" and not service.behaviour.reports_actual_start:
        # The start of the duration can't be observed.
        return []
    elif not planned and "StartTime" not in live["Schedule"]:
        # It is not due yet.
        return []
    else:
        days = timedelta(days=int(schedule["Duration"][1:-1]))
        end = (datetime.fromisoformat(schedule["StartTime"]) if planned else live["Schedule"]["StartTime"]) + days
    earliest = end
    if declared.get("WaitFor") == "Created" and "EndTime" not in schedule and not planned:
        # The deployment has not waited for the start, from which the duration counts. The next update corrects the end.
        earliest = live["CreationTime"] + days
    allowed = earliest - _CLOSE < live["Schedule"]["EndTime"] < end + _CLOSE
    return [] if allowed else [f"it ends {live['Schedule']}"]


def missing_tags(declared: Declaration, name: str, service: SageMaker) -> list[str]:
    """The declared tags that a live experiment lacks. They may become visible late."""
    live = service.experiment(name)
    tags = service.tags_by_arn().get(live["Arn"], {}) if live else {}
    return [
        f"tag {tag['Key']} is {tags.get(tag['Key'])}, declared {tag['Value']}"
        for tag in declared.get("Tags", [])
        if live and tags.get(tag["Key"]) != tag["Value"]
    ]


def _end_is_past(declared: Declaration, now: datetime) -> bool:
    schedule = declared["Schedule"]
    if "EndTime" in schedule:
        return datetime.fromisoformat(schedule["EndTime"]) <= now
    start = schedule.get("StartTime")
    return bool(start) and datetime.fromisoformat(start) + timedelta(days=int(schedule["Duration"][1:-1])) <= now


def _first(differences: list[str]) -> str | None:
    return differences[0] if differences else None


_Read = tuple[Callable[[dict[str, Any]], Any], Callable[[dict[str, Any]], Any]]


def _same(path: str) -> _Read:
    return (lambda declared: declared.get(path), lambda live: live.get(path))


def _sampling(entry: dict[str, Any]) -> Any:
    return entry["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"]


def _variants(entry: dict[str, Any]) -> Any:
    """But for the count of production's instances: one is declared, and a test has as many as the endpoint.

    Nothing of a declaration that leaves something open (see ``_shadow_as_declared``).
    """
    if len(entry["ModelVariants"]) == 1:
        return []
    return [
        (each["VariantName"], each["ModelName"], config["InstanceType"], production or config["InstanceCount"])
        for each in entry["ModelVariants"]
        for config in [each["InfrastructureConfig"]["RealTimeInferenceConfig"]]
        for production in [each["VariantName"] == entry["ShadowModeConfig"]["SourceModelVariantName"]]
    ]


_DESCRIPTION_AND_SAMPLING: dict[str, _Read] = {
    "Description": (lambda declared: declared.get("Description", ""), lambda live: live.get("Description", "")),
    "SamplingPercentage": (_sampling, _sampling),
}
_FIELDS: dict[str, _Read] = {
    **_DESCRIPTION_AND_SAMPLING,
    "RoleArn": _same("RoleArn"),
    "EndpointName": (lambda declared: declared["EndpointName"], lambda live: live["EndpointMetadata"]["EndpointName"]),
    # SageMaker may report it under another of its names.
    "KmsKey": (lambda declared: "KmsKey" in declared, lambda live: "KmsKey" in live),
    "ModelVariants": (_variants, _variants),
    "DataStorageConfig": _same("DataStorageConfig"),
}
