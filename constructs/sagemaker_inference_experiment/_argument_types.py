"""The types of the arguments. A wrong type is reported with the allowed one before anything uses the value."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete
from sagemaker_inference_experiment._criterion import Criterion, Latency
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._reflection import has
from sagemaker_inference_experiment._schedule import Schedule
from sagemaker_inference_experiment._variants import ModelVariant


@dataclass(frozen=True)
class _Kind:
    admits: Callable[[Any], bool]
    allowed: str


def _a(kind: type, *attributes: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind) or any(has(value, attribute) for attribute in attributes)


def _finite(number: Any) -> bool:
    # JSON has no infinite numbers, and CDK's Node process exits when it receives one. Tokens are finite floats.
    return isinstance(number, int | float) and math.isfinite(number)


def _all_text(tags: Any) -> bool:
    return isinstance(tags, Mapping) and all(isinstance(text, str) for tag in tags.items() for text in tag)


def _all(admits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda values: isinstance(values, list | tuple) and all(map(admits, values))


_COUNT = _Kind(_finite, "an integer, or a string such as '30'")
_VARIANT = _Kind(_a(ModelVariant), "a ModelVariant")
_GATE = _Kind(_a(Gate), "a Gate, such as Gate(criteria=[Criterion.traffic(min_invocations=20_000)])")
_KINDS = {
    "endpoint": _Kind(_a(str, "endpoint_name", "endpoint_ref"), "an endpoint construct, a reference or a name"),
    "role": _Kind(
        lambda role: has(role, "role_arn"),
        "a role, such as Role.from_role_arn(self, 'Role', arn) or Role.from_role_name(self, 'Role', name)",
    ),
    "production_variant": _VARIANT,
    "shadow_variant": _VARIANT,
    "sampling_percentage": _COUNT,
    "instance_count": _COUNT,
    "shadow_instance_count": _COUNT,
    "model": _Kind(_a(str, "model_name", "model_ref"), "a model construct, a reference or a name"),
    "schedule": _Kind(_a(Schedule), "a Schedule, such as Schedule.start_now(for_=Duration.days(7))"),
    "duration": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.days(7)"),
    "data_capture": _Kind(_a(DataCapture), "a DataCapture, such as DataCapture(destination='s3://bucket/prefix')"),
    "destination": _Kind(_a(str, "bucket_ref"), "a bucket construct, a reference or an S3 location"),
    "kms_key": _Kind(_a(str, "key_ref"), "a key construct, a reference, or a key's id, ARN or alias"),
    "conclusion": _Kind(_a(Conclusion), "a Conclusion, such as Conclusion.cancel()"),
    "desired_variants": _Kind(_all(_a(ModelVariant)), "a tuple of ModelVariants"),
    "promote_if": _GATE,
    "only_if": _GATE,
    "criteria": _Kind(_all(_a(Criterion)), "a list of criteria, such as Criterion.traffic(min_invocations=20_000)"),
    "window": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.hours(24)"),
    "patience": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.minutes(30)"),
    "at_least": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.days(2)"),
    "alarms": _Kind(
        _all(lambda alarm: has(alarm, "alarm_name")), "alarms, such as Alarm.from_alarm_name(self, 'Alarm', name)"
    ),
    "on_delete": _Kind(_a(OnDelete), "an OnDelete, such as OnDelete(conclusion=Conclusion.cancel())"),
    "tags": _Kind(_all_text, "a mapping of strings to strings"),
    "removal_policy": _Kind(
        lambda policy: isinstance(policy, RemovalPolicy) and policy != RemovalPolicy.SNAPSHOT,
        "RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE",
    ),
    "service_timeout": _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.minutes(30)"),
    "provider": _Kind(_a(InferenceExperimentProvider), "an InferenceExperimentProvider"),
}
_KINDS_OF: dict[tuple[type | None, str], _Kind] = {
    (Latency, "max"): _Kind(_a(Duration), "an aws_cdk.Duration, such as Duration.millis(250)")
}
"""The kinds of parameters by their value object, where others of the same name take something else."""
_REQUIRED = ("endpoint", "shadow_variant", "model", "destination", "on_delete.conclusion", "criteria", "at_least")


def type_faults(given: Mapping[str, Any], within: str = "", of: type | None = None) -> list[str]:
    """The wrong types of arguments, and of the fields of value objects."""
    faults = []
    for name, value in given.items():
        path, kind = f"{within}{name}", _KINDS_OF.get((of, name)) or _KINDS.get(name)
        if kind is None or (value is None and not f".{path}".endswith(tuple(f".{key}" for key in _REQUIRED))):
            continue
        if not kind.admits(value):
            faults.append(f"{path} is {shown(value)}, must be {kind.allowed}")
            continue
        entries = enumerate(value) if isinstance(value, list | tuple) else ()
        for where, each in ((path, value), *((f"{path}[{index}]", entry) for index, entry in entries)):
            if is_dataclass(each):
                faults += type_faults(vars(each), f"{where}.", type(each))
    return faults
