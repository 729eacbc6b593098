"""The parameter of ``InferenceExperiment`` for each property: messages at synth use the names that the user typed."""

import re
from collections.abc import Iterable

from inference_experiment_handler.spec.reader import Fault
from sagemaker_inference_experiment._conclusion import Conclusion
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._variants import in_properties

_VARIANT_FIELDS = {
    "ModelName": "model",
    "VariantName": "variant_name",
    "InfrastructureConfig.RealTimeInferenceConfig.InstanceType": "instance_type",
    "InfrastructureConfig.RealTimeInferenceConfig.InstanceCount": "instance_count",
}
_ENDING = {
    "DesiredState": "desired_state",
    "DesiredModelVariants": "desired_variants",
    "Reason": "reason",
}
_OF_GATE = {
    "Window": "window",
    "Patience": "patience",
    "Criteria": "criteria",
    "MinInvocations": "min_invocations",
    "Statistic": "statistic",
    "MaxRatio": "max_ratio",
    "MaxIncrease": "max_increase",
    "Max": "max",
    "Min": "min",
    "Namespace": "namespace",
    "MetricName": "metric_name",
    "Dimensions": "dimensions",
    "AlarmNames": "alarms",
    "AtLeast": "at_least",
    "Enforce": "enforce",
}
"""The parameters of a ``Gate`` and of its criteria. The ``Type`` of a criterion is not a parameter, but its method."""
_PARAMETERS = {
    "Name": "experiment_name",
    "Run": "run",
    "RoleArn": "role",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint",
    "KmsKey": "kms_key",
    "Description": "description",
    "Schedule.StartTime": "schedule.start",
    "Schedule.EndTime": "schedule.end",
    "Schedule.Duration": "schedule.duration",
    "DataStorageConfig.Destination": "data_capture.destination",
    "DataStorageConfig.KmsKey": "data_capture.kms_key",
    "DataStorageConfig.ContentType.CsvContentTypes": "data_capture.csv_content_types",
    "DataStorageConfig.ContentType.JsonContentTypes": "data_capture.json_content_types",
    "Tags": "tags",
    "AdoptExisting": "adopt_existing",
    "WaitFor": "wait_for",
    "ServiceTimeout": "service_timeout",
    "ShadowModeConfig.SourceModelVariantName": "production_variant.variant_name",
    "ShadowModeConfig.ShadowModelVariants[0].ShadowModelVariantName": "shadow_variant.variant_name",
    "ShadowModeConfig.ShadowModelVariants[0].SamplingPercentage": "sampling_percentage",
    **{f"ModelVariants[0].{path}": f"production_variant.{field}" for path, field in _VARIANT_FIELDS.items()},
    **{f"ModelVariants[1].{path}": f"shadow_variant.{field}" for path, field in _VARIANT_FIELDS.items()},
    **{path: f"conclusion.{field}" for path, field in _ENDING.items()},
    **{f"OnDelete.{path}": f"on_delete.conclusion.{field}" for path, field in _ENDING.items()},
    "OnDelete.Record": "on_delete.keep_record",
    "OnDelete.PromoteIf": "on_delete.conclusion.only_if",
}
"""Parameters by the paths of their properties."""


def in_parameters(faults: Iterable[Fault], declaration: Declaration | None = None) -> list[str]:
    """Messages that name each fault's parameter, and its property in parentheses; the same fault only once.

    The variants at the end of a test are only known with the declaration.
    """
    said: dict[tuple[str, str], str] = {}
    for path, problem in faults:
        parameter = _parameter(path, declaration)
        said.setdefault(
            (parameter, problem), f"{parameter}{_property(path)} {_in_parameters(problem, path, declaration)}"
        )
    return list(said.values())


def _in_parameters(problem: str, path: str, declaration: Declaration | None) -> str:
    """The problem, with parameters instead of the property names in it, but not in quoted values."""
    named = _named(path, declaration)
    return re.sub(rf"'[^']*'|\"[^\"]*\"|\b({'|'.join(named)})\b", lambda found: named.get(found[0], found[0]), problem)


def _named(path: str, declaration: Declaration | None) -> dict[str, str]:
    """The parameters for the property names that the problem with a property may mention."""
    if path.startswith("PromoteIf"):
        return {"PromoteIf": _gate(declaration), **_OF_GATE}
    within = "on_delete.conclusion" if path.startswith("OnDelete.") else "conclusion"
    return {
        "Name": "experiment_name",
        "StartTime": "schedule.start",
        "EndTime": "schedule.end",
        "ModelVariantActions": f"{within}.production or {within}.shadow",
        "PromoteIf beside DesiredState": "promote_if or conclusion.only_if",
    }


def _gate(declaration: Declaration | None) -> str:
    """The parameter that has the gate."""
    return next(iter(declaration.gates), "promote_if") if declaration is not None else "promote_if"


def _of_gate(path: str, gate: str) -> str:
    """The parameter for a property of a gate, such as ``PromoteIf.Criteria[0].Dimensions.Stage``."""
    _, *names = path.split(".", 3)
    parameters = [gate]
    for name in names[:2]:
        property, bracket, index = name.partition("[")
        # The type of a criterion is the method that made it.
        parameters += [f"{_OF_GATE[property]}{bracket}{index}"] if property != "Type" else []
    # A dimension's name may contain dots.
    return ".".join(parameters) + "".join(f"[{dimension!r}]" for dimension in names[2:])


def _property(path: str) -> str:
    """The last name of a path. For an entry of a map of the user's or a tag, it is the name of what contains it."""
    found = re.search(r"(ModelVariantActions|Dimensions)\.|(Tags)\[|(\w+)(?:\[\d+\])?$", path)
    return f" ({found[found.lastindex or 0]})" if found else ""


def _parameter(path: str, declaration: Declaration | None) -> str:
    if declaration is not None and declaration.production_variant is None:
        # The only entry is then that of the shadow variant.
        path = path.replace("ModelVariants[0]", "ModelVariants[1]") if path.startswith("ModelVariants[0]") else path
    tag = re.fullmatch(r"Tags\[\d+\]\.(Key|Value)", path)
    if tag:
        return f"a {tag[1].lower()} of tags"
    of_ending = re.fullmatch(r"(OnDelete\.)?(?:ModelVariantActions\.(.+)|DesiredModelVariants\[(\d+)\]\.(.+))", path)
    if of_ending and declaration is not None:
        within = "on_delete.conclusion" if of_ending[1] else "conclusion"
        if of_ending[2] is not None:
            is_shadow = of_ending[2] == in_properties(declaration.production_variant, declaration.shadow_variant)
            return f"{within}.{'shadow' if is_shadow else 'production'}"
        return _of_desired(within, int(of_ending[3]), _VARIANT_FIELDS.get(of_ending[4], of_ending[4]), declaration)
    if path.startswith("PromoteIf"):
        return _of_gate(path, _gate(declaration))
    entry = re.fullmatch(r"(.*\w)(\[\d+\])", path)
    if entry and entry[1] in _PARAMETERS:
        return f"{_PARAMETERS[entry[1]]}{entry[2]}"
    return _PARAMETERS.get(path, path)


def _of_desired(within: str, index: int, field: str, declaration: Declaration) -> str:
    """The parameter for a variant at the end of a test, which is given or derived from the test's own variants."""
    conclusion = _conclusion(within, declaration)
    variant = conclusion._desired(declaration.production_variant, declaration.shadow_variant)[index]
    if variant is declaration.production_variant:
        return f"production_variant.{field}"
    for position, given in enumerate(conclusion.desired_variants):
        if variant is given:
            return f"{within}.desired_variants[{position}].{field}"
    changed = getattr(conclusion, f"shadow_{field}", None)
    return f"{within}.shadow_{field}" if changed is not None else f"shadow_variant.{field}"


def _conclusion(within: str, declaration: Declaration) -> Conclusion:
    if within == "conclusion" and declaration.conclusion is not None:
        return declaration.conclusion
    return declaration.on_delete.conclusion if declaration.on_delete is not None else Conclusion()
