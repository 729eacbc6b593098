"""From the custom resource's properties to a ``Declaration``, or to every fault at once.

Properties bear the names and shapes of the SageMaker API (``CreateInferenceExperiment``, ``UpdateInferenceExperiment``,
``StopInferenceExperiment``). What the API has no word for is ours: ``Run``, ``Schedule.Duration``, ``OnDelete``,
``AdoptExisting``.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import (
    FIRST_RUN,
    REAL_TIME,
    SHADOW_MODE,
    DataStorage,
    Declaration,
    Ending,
    ModelVariant,
    Removal,
    Schedule,
)
from inference_experiment_handler.spec.reader import OPAQUE, Faults, Reader
from inference_experiment_handler.spec.text import either, shown

ACTIONS = ("Retain", "Remove", "Promote")
DESIRED_STATES = ("Completed", "Cancelled")
RECORDS = ("Delete", "Retain")
WAIT_FOR = ("Created", "Running")


class InvalidPropertiesError(Exception):
    """The properties can't be meant. The message names every fault, its value and what is allowed."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{count} in the properties: {'; '.join(faults)}")


def faults_in(properties: Mapping[str, Any], *, opaque: Callable[[Any], bool]) -> tuple[str, ...]:
    """Every fault that can be known, where ``opaque`` tells the values that can't be (CDK's tokens at synth)."""
    faults = Faults()
    _read(properties, faults, opaque)
    return faults.messages


def parse(properties: Mapping[str, Any]) -> Declaration:
    """The declaration; raises ``InvalidPropertiesError`` with all faults at once."""
    faults = Faults()
    declaration = _read(properties, faults, lambda _: False)
    if declaration is None or faults.messages:
        raise InvalidPropertiesError(faults.messages)
    return declaration


def parse_removal(properties: Mapping[str, Any]) -> Removal:
    """What deleting is to do, from properties that may be faulty or of an older shape: a Delete must not fail for them.

    What can't be read is what the default does: production stays, the shadow goes.
    """
    faults = Faults()
    reader = Reader(properties, faults, opaque=lambda _: False)
    mode = _shadow_mode(reader)
    on_delete = reader.child("OnDelete")
    if on_delete is None or mode is None:
        return Removal()
    at_fault_before = len(faults.messages)
    removal = _removal(on_delete, mode)
    return removal if len(faults.messages) == at_fault_before else Removal(keeps_record=removal.keeps_record)


def _read(properties: Mapping[str, Any], faults: Faults, opaque: Callable[[Any], bool]) -> Declaration | None:
    reader = Reader(properties, faults, opaque=opaque)
    name = reader.text("Name", limits.EXPERIMENT_NAME)
    run = reader.text("Run", limits.RUN)
    if name is not None and run is not None:
        reader.fault("Run", f"is {shown(run)} beside a given Name: for a new run, give another Name instead")
    kind = reader.choice("Type", [SHADOW_MODE])
    role_arn = reader.text("RoleArn", limits.ROLE_ARN, required=True)
    endpoint_name = reader.text("EndpointName", limits.ENDPOINT_NAME, required=True)
    kms_key = reader.text("KmsKey", limits.KMS_KEY)
    description = reader.text("Description", limits.DESCRIPTION)
    schedule = _schedule(reader)
    data_storage = _data_storage(reader)
    tags = _tags(reader)
    adopt_existing = reader.boolean("AdoptExisting")
    wait_for = reader.choice("WaitFor", WAIT_FOR)
    mode = _shadow_mode(reader)
    variants = _variants(reader, mode)
    conclusion = _conclusion(reader, mode)
    on_delete = reader.child("OnDelete")
    removal = _removal(on_delete, mode) if on_delete else Removal()
    reader.integer("ServiceTimeout", limits.SERVICE_TIMEOUT)
    reader.finish(ignoring=("ServiceToken",))
    if mode is None or variants is None:
        return None
    production, shadow, sampling_percentage = mode
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
        production=variants[production],
        shadow=variants[shadow],
        sampling_percentage=sampling_percentage,
        tags=tags,
        conclusion=conclusion,
        removal=removal,
        adopt_existing=bool(adopt_existing),
        waits_until_running=wait_for != "Created",
    )


_Mode = tuple[str, str, int]
"""The production variant's name, the shadow variant's, and the sampling percentage."""


def _shadow_mode(reader: Reader) -> _Mode | None:
    config = reader.child("ShadowModeConfig", required=True)
    if config is None:
        return None
    production = config.text("SourceModelVariantName", limits.VARIANT_NAME, required=True)
    shadows = config.children("ShadowModelVariants", count=range(1, 2), required=True)
    config.finish()
    if shadows is None:
        return None
    shadow = shadows[0].text("ShadowModelVariantName", limits.VARIANT_NAME, required=True)
    sampling = shadows[0].integer("SamplingPercentage", limits.SAMPLING_PERCENTAGE, required=True)
    shadows[0].finish()
    if production is not None and production is not OPAQUE and production == shadow:
        shadows[0].fault("ShadowModelVariantName", f"is {shown(shadow)}, the production variant's own name")
    # A faulty percentage is reported already; the names still serve to check the rest.
    return None if None in (production, shadow) else (production, shadow, sampling)


def _variants(reader: Reader, mode: _Mode | None) -> dict[str, ModelVariant] | None:
    entries = reader.children("ModelVariants", count=range(2, 3), required=True)
    if entries is None:
        return None
    variants = [_variant(entry) for entry in entries]
    for index, variant in enumerate(variants):
        if variant is None or variant.instance_type is OPAQUE:
            continue
        if variant.instance_type.startswith(limits.EXCLUDED_INSTANCES):
            at = f"ModelVariants[{index}].InfrastructureConfig.RealTimeInferenceConfig.InstanceType"
            reader.fault(at, f"is {shown(variant.instance_type)}: SageMaker runs no shadow tests on Inf1 instances")
    readable = [variant for variant in variants if variant]
    if mode is None or len(readable) < len(variants):
        return None
    return _by_role(reader, mode, {variant.variant_name: variant for variant in readable})


def _by_role(reader: Reader, mode: _Mode, variants: dict[str, ModelVariant]) -> dict[str, ModelVariant] | None:
    if OPAQUE in (*variants, *mode[:2]):
        return None
    if len(variants) == 1:
        reader.fault("ModelVariants", f"has {shown(next(iter(variants)))} twice, must have {either_of(mode)}")
        return None
    for role, name in zip(("production", "shadow"), mode[:2], strict=True):
        if name not in variants:
            reader.fault(
                "ModelVariants", f"has no entry for the {role} variant {shown(name)} that ShadowModeConfig names"
            )
            return None
    return variants


def _variant(entry: Reader) -> ModelVariant | None:
    model_name = entry.text("ModelName", limits.MODEL_NAME, required=True)
    variant_name = entry.text("VariantName", limits.VARIANT_NAME, required=True)
    infrastructure = entry.child("InfrastructureConfig", required=True)
    entry.finish()
    if infrastructure is None:
        return None
    infrastructure.choice("InfrastructureType", [REAL_TIME])
    real_time = infrastructure.child("RealTimeInferenceConfig", required=True)
    infrastructure.finish()
    if real_time is None:
        return None
    instance_type = real_time.text("InstanceType", limits.INSTANCE_TYPE, required=True)
    instance_count = real_time.integer("InstanceCount", limits.INSTANCE_COUNT, required=True)
    real_time.finish()
    if None in (model_name, variant_name, instance_type, instance_count):
        return None
    return ModelVariant(variant_name, model_name, instance_type, instance_count)


def either_of(mode: _Mode) -> str:
    return f"one for {shown(mode[0])} and one for {shown(mode[1])}"


def _schedule(reader: Reader) -> Schedule:
    entry = reader.child("Schedule")
    if entry is None:
        return Schedule()
    start = entry.instant("StartTime")
    end = entry.instant("EndTime")
    duration = entry.duration("Duration")
    entry.finish()
    if end is not None and duration is not None:
        entry.fault("Duration", "is given beside EndTime: a test ends at a time or after a duration, not both")
    if duration is not None and duration is not OPAQUE:
        _check_length(entry, "Duration", duration)
    if OPAQUE not in (start, end) and start is not None and end is not None:
        if end <= start:
            entry.fault("EndTime", f"is {end.isoformat()}, not after StartTime, {start.isoformat()}")
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
            entry.fault("Key", f"is {shown(key)} a second time")
        tags[key] = value or ""
    return tags


def _conclusion(reader: Reader, mode: _Mode | None) -> Ending | None:
    desired_state = reader.choice("DesiredState", DESIRED_STATES)
    ending = _ending(reader, mode, desired_state)
    if desired_state is not None:
        return ending
    if reader.has("ModelVariantActions") or reader.has("DesiredModelVariants") or reader.has("Reason"):
        # Actions that wait for their day would be carried out by whoever adds DesiredState later, unread.
        reader.fault(
            "DesiredState",
            "is missing, though ModelVariantActions, DesiredModelVariants or Reason say how the test ends: add "
            "DesiredState to end it now, or put them under OnDelete for the day the resource is deleted",
        )
    return None


def _removal(reader: Reader, mode: _Mode | None) -> Removal:
    desired_state = reader.choice("DesiredState", DESIRED_STATES)
    ending = _ending(reader, mode, desired_state)
    record = reader.choice("Record", RECORDS)
    reader.finish()
    return Removal(ending, keeps_record=record == "Retain")


def _ending(reader: Reader, mode: _Mode | None, desired_state: str | None) -> Ending:
    given = reader.has("ModelVariantActions")
    production, shadow = _actions(reader.child("ModelVariantActions"), mode) if given else ("Retain", "Remove")
    desired = reader.children("DesiredModelVariants", count=range(1, 3))
    variants = tuple(filter(None, map(_variant, desired or [])))
    if desired is not None and len(variants) == len(desired):
        _check_desired(reader, variants, mode, (production, shadow))
    reason = reader.text("Reason", limits.REASON)
    return Ending(production, shadow, desired_state or "Cancelled", variants, reason)


def _actions(reader: Reader | None, mode: _Mode | None) -> tuple[str, str]:
    actions = dict(reader.items()) if reader else {}
    if reader is None or mode is None or OPAQUE in (*mode[:2], *actions.values()):
        return OPAQUE, OPAQUE
    production, shadow, _ = mode
    for name, action in actions.items():
        if name not in (production, shadow):
            reader.fault(name, f"is no variant of this experiment, must be {either([production, shadow])}")
        elif action not in ACTIONS:
            reader.fault(name, f"is {shown(action)}, must be {either(ACTIONS)}")
    for name in (production, shadow):
        if name not in actions:
            reader.fault(name, f"is missing: say {either(ACTIONS)} for each variant")
    chosen = (actions.get(production), actions.get(shadow))
    if chosen[0] == "Promote":
        reader.fault(production, "is 'Promote', but the production variant serves already; promote the shadow variant")
    elif chosen[0] == "Remove" and chosen[1] in ("Retain", "Remove"):
        reader.fault(
            production, f"is 'Remove', which leaves the endpoint without a production variant; promote {shown(shadow)}"
        )
    return str(chosen[0]), str(chosen[1])


def _check_desired(
    reader: Reader, variants: tuple[ModelVariant, ...], mode: _Mode | None, actions: tuple[str, str]
) -> None:
    names = [variant.variant_name for variant in variants]
    if mode is None or OPAQUE in (*names, *mode[:2], *actions):
        return
    for name, action in zip(mode[:2], actions, strict=True):
        if action in ("Retain", "Promote") and name not in names:
            reader.fault(
                "DesiredModelVariants", f"lacks {shown(name)}: it needs every variant that stays, as it is to be"
            )
    for index, name in enumerate(names):
        if name not in mode[:2]:
            reader.fault(
                "DesiredModelVariants", f"has {shown(name)}, no variant of this experiment ({either(mode[:2])})"
            )
        elif actions[mode.index(name)] == "Remove":
            reader.fault("DesiredModelVariants", f"has {shown(name)}, which ModelVariantActions removes")
        elif name in names[:index]:
            reader.fault("DesiredModelVariants", f"has {shown(name)} twice")
