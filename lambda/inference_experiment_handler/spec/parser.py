"""Parses the custom resource's properties to a ``Declaration``, or reports all faults at once.

Properties have the names and shapes of the SageMaker API (``CreateInferenceExperiment``, ``UpdateInferenceExperiment``,
``StopInferenceExperiment``). These properties are not in the API: ``Run``, ``Schedule.Duration``, ``PromoteIf``,
``OnDelete``, ``AdoptExisting``, ``EndpointConfigName``, ``WaitFor``, ``Attributes``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import (
    FIRST_RUN,
    SHADOW_MODE,
    DataStorage,
    Declaration,
    DeclaredEnding,
    Removal,
    Schedule,
)
from inference_experiment_handler.spec.ending_parser import read_conclusion, read_removal
from inference_experiment_handler.spec.gate_parser import read_gate
from inference_experiment_handler.spec.reader import OPAQUE, Fault, Faults, Reader
from inference_experiment_handler.spec.roles_parser import Roles, read_roles, read_shadow_mode
from inference_experiment_handler.spec.text import either, shown
from inference_experiment_handler.spec.variants_parser import read_variants

WAIT_FOR = ("Created", "Running")


class InvalidPropertiesError(Exception):
    """The properties are invalid. The message lists each fault, with its value and the allowed values."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{count} in the properties: {'; '.join(faults)}")


def faults_in(properties: Mapping[str, Any], *, opaque: Callable[[Any], bool]) -> tuple[Fault, ...]:
    """All faults that can be found. ``opaque`` identifies the values that are not known yet (CDK's tokens at synth)."""
    faults = Faults()
    read(Reader(properties, faults, opaque=opaque))
    return tuple(faults.found)


def parse(properties: Mapping[str, Any], *, update: bool = False) -> Declaration:
    """The declaration. Raises an ``InvalidPropertiesError`` with all faults at once.

    An ``update`` may be a rollback to an ``OnDelete.Reason`` that an older version accepted. It is therefore not
    reported in an update: a Delete omits such a reason.
    """
    faults = Faults()
    declaration = read(Reader(properties, faults, opaque=lambda _: False))
    found = tuple(str(fault) for fault in faults.found if not (update and fault.path == "OnDelete.Reason"))
    if declaration is None or found:
        raise InvalidPropertiesError(found)
    return declaration


def parse_removal(properties: Mapping[str, Any]) -> Removal:
    """What a Delete does. Invalid properties, or those of an older version, must not make it fail.

    A reason that can't be sent is omitted. With any other fault, the test ends as by default: the production variant is
    retained, and the shadow variant is removed. In both cases, the record is kept if that is declared.
    """
    faults = Faults()
    reader = Reader(properties, faults, opaque=lambda _: False)
    roles = _roles(properties)
    on_delete = reader.child("OnDelete")
    removal = read_removal(on_delete, roles) if on_delete is not None else Removal()
    if on_delete is not None and roles is None:
        faults.add("ShadowModeConfig", "can't be read, so it is not known which variant is the shadow variant")
    readable = roles is not None and all(fault.path == "OnDelete.Reason" for fault in faults.found)
    return replace(removal, ending=removal.ending if readable else DeclaredEnding(), not_followed=faults.messages)


def read(reader: Reader) -> Declaration | None:
    """The declaration; ``None`` if the faults don't allow one. Another reader can record the type of each property."""
    name = reader.text("Name", limits.EXPERIMENT_NAME)
    run = reader.text("Run", limits.RUN)
    if name is not None and run is not None:
        said = "given" if run is OPAQUE else shown(run)
        reader.fault("Run", f"is {said}, must be omitted if Name is given: to start a new run, change Name")
    kind = reader.choice("Type", [SHADOW_MODE])
    role_arn = reader.text("RoleArn", limits.ROLE_ARN, required=True)
    endpoint_name = reader.text("EndpointName", limits.ENDPOINT_NAME, required=True)
    # Only for CloudFormation, so that it sends an Update when the endpoint's configuration changes.
    reader.text("EndpointConfigName", limits.ENDPOINT_NAME)
    # Likewise, so that a response has the attributes that earlier versions of the function did not report.
    reader.texts("Attributes", limits.ATTRIBUTE, at_most=limits.ATTRIBUTES)
    kms_key = reader.text("KmsKey", limits.KMS_KEY)
    description = reader.text("Description", limits.DESCRIPTION)
    schedule = _schedule(reader)
    data_storage = _data_storage(reader)
    tags = _tags(reader)
    adopt_existing = reader.boolean("AdoptExisting")
    wait_for = reader.choice("WaitFor", WAIT_FOR)
    mode = read_shadow_mode(reader)
    entries = reader.children("ModelVariants", count=range(1, 3), required=True)
    roles = read_roles(reader, mode, entries)
    variants = read_variants(reader, roles, entries)
    conclusion = read_conclusion(reader, roles)
    promote_if = reader.child("PromoteIf")
    gate = read_gate(promote_if) if promote_if else None
    on_delete = reader.child("OnDelete")
    removal = read_removal(on_delete, roles) if on_delete else Removal()
    reader.integer("ServiceTimeout", limits.SERVICE_TIMEOUT)
    reader.finish(ignoring=("ServiceToken",))
    if mode is None or variants is None:
        return None
    return Declaration(
        name=name,
        run=run if run is not None else FIRST_RUN,
        type=kind or SHADOW_MODE,
        role_arn=role_arn,
        endpoint_name=endpoint_name,
        kms_key=kms_key or None,
        description=description or "",
        schedule=schedule,
        data_storage=data_storage,
        production=variants[0],
        shadow=variants[1],
        sampling_percentage=mode.sampling_percentage,
        tags=tags,
        conclusion=conclusion,
        removal=removal,
        adopt_existing=bool(adopt_existing),
        waits_until_running=wait_for != "Created",
        promote_if=gate,
    )


def _roles(properties: Mapping[str, Any]) -> Roles | None:
    """Which variant is which, ignoring the faults of the properties."""
    reader = Reader(properties, Faults(), opaque=lambda _: False)
    entries = reader.children("ModelVariants", count=range(1, 3))
    return read_roles(reader, read_shadow_mode(reader), entries)


def _schedule(reader: Reader) -> Schedule:
    entry = reader.child("Schedule")
    if entry is None:
        return Schedule()
    start = entry.instant("StartTime")
    end = entry.instant("EndTime")
    duration = entry.duration("Duration")
    entry.finish()
    if end is not None and duration is not None:
        entry.fault("Duration", "is given, must be omitted if EndTime is given: a test has an end or a duration")
    if duration is not None and duration is not OPAQUE:
        _check_length(entry, "Duration", duration)
    if OPAQUE not in (start, end) and start is not None and end is not None:
        if end <= start:
            entry.fault("EndTime", f"is {end.isoformat()}, must be after StartTime, {start.isoformat()}")
        else:
            _check_length(entry, "EndTime", end - start, " after StartTime")
    return Schedule(start, end, duration)


def _check_length(entry: Reader, key: str, length: timedelta, after: str = "") -> None:
    problem = limits.length_problem(length, after)
    if problem:
        entry.fault(key, problem)


def _data_storage(reader: Reader) -> DataStorage | None:
    entry = reader.child("DataStorageConfig")
    if entry is None:
        return None
    destination = entry.text("Destination", limits.S3_DESTINATION, required=True)
    kms_key = entry.text("KmsKey", limits.KMS_KEY)
    content_type = entry.child("ContentType")
    csv_types = json_types = None
    if content_type is not None:
        csv_types = content_type.texts("CsvContentTypes", limits.CONTENT_TYPE, at_most=limits.CONTENT_TYPES)
        json_types = content_type.texts("JsonContentTypes", limits.CONTENT_TYPE, at_most=limits.CONTENT_TYPES)
        content_type.finish()
    entry.finish()
    return DataStorage(destination, kms_key or None, csv_types, json_types)


def _tags(reader: Reader) -> dict[str, str]:
    entries = reader.children("Tags", count=range(limits.TAGS - limits.OWN_TAGS + 1))
    tags: dict[str, str] = {}
    for entry in entries or []:
        key = entry.text("Key", limits.TAG_KEY, required=True)
        value = entry.text("Value", limits.TAG_VALUE)
        entry.finish()
        if key is None or key is OPAQUE:
            continue
        if key.startswith(limits.RESERVED_TAG_PREFIXES):
            entry.fault("Key", f"is {shown(key)}, must not start with {either(limits.RESERVED_TAG_PREFIXES)}")
        if key in tags:
            entry.fault("Key", f"is {shown(key)}, which is already given")
        tags[key] = value or ""
    return tags
