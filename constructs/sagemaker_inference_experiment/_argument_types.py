"""The types of the arguments. A wrong type is reported with the allowed one before anything uses the value.

A stand-in takes the place of a wrong value, so that the other checks can read everything else.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any

from aws_cdk import Duration, RemovalPolicy

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment import _stand_ins as stand_ins
from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete
from sagemaker_inference_experiment._criterion import Criterion, Latency
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._reflection import has
from sagemaker_inference_experiment._schedule import Schedule
from sagemaker_inference_experiment._variants import ModelVariant


@dataclass(frozen=True)
class _Kind:
    admits: Callable[[Any], bool]
    allowed: str
    stand_in: Callable[[Any], Any] = stand_ins.omitted
    """What takes the place of a wrong value."""
    stand_in_for_entry: Callable[[Any], Any] | None = None
    """What takes the place of a wrong entry, if it is a list."""


def _a(kind: type, *attributes: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind) or any(has(value, attribute) for attribute in attributes)


def _finite(number: Any) -> bool:
    # JSON has no infinite numbers, and CDK's Node process exits when it receives one. Tokens are finite floats.
    return isinstance(number, int | float) and math.isfinite(number)


def _all_text(tags: Any) -> bool:
    return isinstance(tags, Mapping) and all(isinstance(text, str) for tag in tags.items() for text in tag)


def _all(admits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda values: isinstance(values, list | tuple) and all(map(admits, values))


_COUNT = _Kind(_finite, "an integer, or a string such as '30'", stand_ins.number)
_VARIANT = _Kind(_a(ModelVariant), "a ModelVariant", stand_ins.variant)
_CONTENT_TYPES = _Kind(_all(lambda _: True), "a list of content types, such as ['text/csv']", stand_ins.no_entries)
_GATE = _Kind(_a(Gate), "a Gate, such as Gate(criteria=[Criterion.traffic(min_invocations=20_000)])")
_KINDS = {
    "endpoint": _Kind(
        _a(str, "endpoint_name", "endpoint_ref"), "an endpoint construct, a reference or a name", stand_ins.text
    ),
    "role": _Kind(
        lambda role: has(role, "role_arn"),
        "a role, such as Role.from_role_arn(self, 'Role', arn) or Role.from_role_name(self, 'Role', name)",
    ),
    "production_variant": _VARIANT,
    "shadow_variant": _VARIANT,
    # CDK takes no other name.
    "experiment_name": _Kind(_a(str), limits.EXPERIMENT_NAME.allowed, stand_ins.text),
    # It is a key of a map at the end of a test.
    "variant_name": _Kind(_a(str), limits.VARIANT_NAME.allowed, stand_ins.text),
    "sampling_percentage": _COUNT,
    "instance_count": _COUNT,
    "shadow_instance_count": _COUNT,
    "model": _Kind(_a(str, "model_name", "model_ref"), "a model construct, a reference or a name", stand_ins.text),
    "schedule": _Kind(_a(Schedule), "a Schedule, such as Schedule.start_now(for_=Duration.days(7))"),
    "duration": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.days(7)", stand_ins.duration),
    "data_capture": _Kind(_a(DataCapture), "a DataCapture, such as DataCapture(destination='s3://bucket/prefix')"),
    "destination": _Kind(_a(str, "bucket_ref"), "a bucket construct, a reference or an S3 location", stand_ins.bucket),
    "prefix": _Kind(_a(str), "a string, such as 'shop'"),
    "csv_content_types": _CONTENT_TYPES,
    "json_content_types": _CONTENT_TYPES,
    "kms_key": _Kind(_a(str, "key_ref"), "a key construct, a reference, or a key's id, ARN or alias"),
    "conclusion": _Kind(_a(Conclusion), "a Conclusion, such as Conclusion.cancel()"),
    "desired_variants": _Kind(
        _all(_a(ModelVariant)), "a tuple of ModelVariants", stand_ins.no_entries, stand_ins.variant
    ),
    "promote_if": _GATE,
    "only_if": _GATE,
    "criteria": _Kind(
        _all(_a(Criterion)),
        "a list of criteria, such as Criterion.traffic(min_invocations=20_000)",
        stand_ins.criteria,
        stand_ins.criterion,
    ),
    "window": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.hours(24)", stand_ins.duration),
    "patience": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.minutes(30)", stand_ins.duration),
    "at_least": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.days(2)", stand_ins.duration),
    "alarms": _Kind(
        _all(lambda alarm: has(alarm, "alarm_name")),
        "alarms, such as Alarm.from_alarm_name(self, 'Alarm', name)",
        stand_ins.no_entries,
        stand_ins.alarm,
    ),
    "on_delete": _Kind(_a(OnDelete), "an OnDelete, such as OnDelete(conclusion=Conclusion.cancel())"),
    "keep_record": _Kind(_a(bool), "True or False, or a string, 'true' or 'false'"),
    "tags": _Kind(_all_text, "a mapping of strings to strings", stand_ins.tags),
    "removal_policy": _Kind(
        lambda policy: isinstance(policy, RemovalPolicy) and policy != RemovalPolicy.SNAPSHOT,
        "RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE",
    ),
    "service_timeout": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.minutes(30)", stand_ins.duration),
    "provider": _Kind(_a(InferenceExperimentProvider), "an InferenceExperimentProvider"),
}
_KINDS_OF: dict[tuple[type | None, str], _Kind] = {
    (Latency, "max"): _Kind(
        _a(Duration), "an aws_cdk.Duration, such as Duration.millis(250)", stand_ins.short_duration
    ),
    (OnDelete, "conclusion"): replace(_KINDS["conclusion"], stand_in=stand_ins.conclusion),
}
"""The kinds of parameters by their value object, where others of the same name take something else."""
_REQUIRED = ("endpoint", "shadow_variant", "model", "destination", "on_delete.conclusion", "criteria", "at_least")


@dataclass(frozen=True)
class Readable:
    """A declaration that all checks can read, and the faults of what it does not have from the user."""

    declaration: Declaration
    faults: Sequence[str]
    replaced: Collection[str]
    """The parameters that have a stand-in."""

    @property
    def may_be_over(self) -> bool:
        """Whether a stand-in hides if the test is declared as ended."""
        return any(path == "conclusion" or path.startswith("schedule") for path in self.replaced)

    def is_of_a_stand_in(self, fault: str) -> bool:
        return fault.startswith(tuple(f"{path}{after}" for path in self.replaced for after in " .["))


def readable(declaration: Declaration) -> Readable:
    """The declaration itself if its arguments are of the right types and complete."""
    typed = _Typed()
    sound: Declaration = typed.sound(declaration)
    production = sound.production_variant
    if production is not None and (missing := sound.open_faults):
        typed.faults.extend(missing.values())
        typed.paths.update(f"production_variant.{parameter}" for parameter in missing)
        tokens: dict[str, Any] = dict.fromkeys(missing, stand_ins.text(None))
        sound = replace(sound, production_variant=replace(production, **tokens))
    return Readable(sound, typed.faults, typed.paths)


@dataclass(frozen=True)
class _Typed:
    """Replaces the wrong types of arguments, and of the fields of value objects."""

    faults: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    """The parameters that have a stand-in."""
    _replaced: dict[int, Any] = field(default_factory=dict)
    """By the identity of a value object: what is given twice is also read as one."""

    def sound(self, given: Any, within: str = "") -> Any:
        """A value object with a stand-in for each wrong value; the object itself if there is none."""
        changed = {}
        for name, value in vars(given).items():
            kind = _KINDS_OF.get((type(given), name)) or _KINDS.get(name)
            sound = self._of_kind(kind, value, f"{within}{name}") if kind is not None else value
            if sound is not value:
                changed[name] = sound
        if not changed:
            return given
        return self._replaced.setdefault(id(given), replace(given, **changed))

    def _of_kind(self, kind: _Kind, value: Any, path: str) -> Any:
        if value is None and not f".{path}".endswith(tuple(f".{key}" for key in _REQUIRED)):
            return value
        is_list = isinstance(value, list | tuple)
        if not kind.admits(value):
            self.faults.append(f"{path} is {shown(value)}, must be {kind.allowed}")
            if not is_list or kind.stand_in_for_entry is None:
                self.paths.add(path)
                return kind.stand_in(value)
        if not is_list:
            return self.sound(value, f"{path}.") if is_dataclass(value) else value
        entries = [self._entry(kind, entry, f"{path}[{index}]") for index, entry in enumerate(value)]
        return value if all(new is old for new, old in zip(entries, value, strict=True)) else tuple(entries)

    def _entry(self, kind: _Kind, entry: Any, path: str) -> Any:
        if kind.stand_in_for_entry is not None and not kind.admits([entry]):
            self.paths.add(path)
            return kind.stand_in_for_entry(entry)
        return self.sound(entry, f"{path}.") if is_dataclass(entry) else entry
