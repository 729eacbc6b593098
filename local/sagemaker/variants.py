"""What an endpoint serves during a shadow test and after it: pure functions from declarations to variants.

The results are members of an endpoint configuration: ``ProductionVariants``, ``ShadowProductionVariants`` and other
members that SageMaker writes for a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local.sagemaker.endpoint_configs import EndpointConfig
from local.sagemaker.errors import validation
from local.sagemaker.traffic import Served

_PRODUCTION_WEIGHT = 1.0


def source_name(shadow_mode: Mapping[str, Any]) -> str:
    return str(shadow_mode["SourceModelVariantName"])


def shadow_name(shadow_mode: Mapping[str, Any]) -> str:
    return str(shadow_mode["ShadowModelVariants"][0]["ShadowModelVariantName"])


def sampling(shadow_mode: Mapping[str, Any]) -> int:
    return int(shadow_mode["ShadowModelVariants"][0]["SamplingPercentage"])


def by_name(variants: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {variant["VariantName"]: variant for variant in variants}


def check_roles(variants: Iterable[Mapping[str, Any]], shadow_mode: Mapping[str, Any]) -> None:
    """Checks that exactly two variants are declared: the source and the shadow."""
    named = [variant["VariantName"] for variant in variants]
    roles = [source_name(shadow_mode), shadow_name(shadow_mode)]
    if sorted(named) != sorted(roles) or roles[0] == roles[1]:
        raise validation(
            f"ModelVariants must hold the source variant {roles[0]} and the shadow variant {roles[1]}, not {named}."
        )


def check_excluded(config: EndpointConfig, shadow: str) -> None:
    """Refuses endpoints that can't have a shadow test. A shadow variant that was retained may be tested again."""
    if any(variant["VariantName"] != shadow for variant in config.shadows):
        raise validation(f"Endpoint configuration {config.name} already has a shadow variant.")
    if len(config.production) != 1:
        raise validation("A shadow test needs an endpoint with exactly one production variant.")
    if "AsyncInferenceConfig" in config.declared:
        raise validation("Shadow tests are not supported for asynchronous endpoints.")
    if any("ServerlessConfig" in variant for variant in config.production):
        raise validation("Shadow tests are not supported for serverless endpoints.")


def under_test(
    variants: Iterable[Mapping[str, Any]],
    shadow_mode: Mapping[str, Any],
    storage: Mapping[str, Any] | None,
    kms_key: str | None,
) -> dict[str, Any]:
    """What the endpoint serves while the test runs."""
    declared = by_name(variants)
    shadow_weight = _PRODUCTION_WEIGHT * sampling(shadow_mode) / 100
    members: dict[str, Any] = {
        "ProductionVariants": [_serving(declared[source_name(shadow_mode)], _PRODUCTION_WEIGHT)],
        "ShadowProductionVariants": [_serving(declared[shadow_name(shadow_mode)], shadow_weight)],
    }
    if kms_key:
        members["KmsKeyId"] = kms_key
    if storage:
        members["DataCaptureConfig"] = {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": storage["Destination"],
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            **({"KmsKeyId": storage["KmsKey"]} if "KmsKey" in storage else {}),
            **({"CaptureContentTypeHeader": storage["ContentType"]} if "ContentType" in storage else {}),
        }
    return members


def shares(endpoint: str, config: EndpointConfig) -> Iterator[Served]:
    """The share of requests of each variant: by weight for production variants, and copied for shadow variants."""
    whole = sum(each.get("InitialVariantWeight", _PRODUCTION_WEIGHT) for each in config.production)
    for variant in (*config.production, *config.shadows):
        weight = variant.get("InitialVariantWeight", _PRODUCTION_WEIGHT)
        yield Served(endpoint, variant["VariantName"], variant.get("ModelName", ""), weight / whole if whole else 0.0)


def check_actions(
    actions: Mapping[str, str], desired: Iterable[Mapping[str, Any]] | None, shadow_mode: Mapping[str, Any]
) -> None:
    """Refuses a Stop that does not fit the existing variants."""
    source, shadow = source_name(shadow_mode), shadow_name(shadow_mode)
    if unknown := sorted(set(actions) - {source, shadow}):
        raise validation(f"ModelVariantActions names variants that the experiment doesn't have: {', '.join(unknown)}.")
    if actions.get(source) == "Promote":
        raise validation(f"Variant {source} is the production variant already and can't be promoted.")
    staying = {name for name in (source, shadow) if actions.get(name) != "Remove"}
    if not staying:
        raise validation("ModelVariantActions must not remove every variant of the endpoint.")
    if staying == {shadow} and actions.get(shadow) != "Promote":
        raise validation("Without its production variant, an endpoint needs the shadow variant promoted.")
    if desired is not None:
        named = [variant["VariantName"] for variant in desired]
        if sorted(named) != sorted(staying):
            raise validation(
                f"DesiredModelVariants must describe each variant that stays, {sorted(staying)}, and not {named}."
            )


def after_stop(
    testing: EndpointConfig,
    actions: Mapping[str, str],
    desired: Iterable[Mapping[str, Any]] | None,
    *,
    keeps_shadow_name: bool,
) -> dict[str, Any]:
    """What the endpoint serves once the actions of a Stop are carried out."""
    wanted = by_name(desired or [])
    source, shadow = (_resized(served, wanted) for served in (testing.production[0], testing.shadows[0]))
    production = [source] if actions.get(source["VariantName"]) != "Remove" else []
    shadows = [shadow] if actions.get(shadow["VariantName"], "Retain") == "Retain" else []
    if actions.get(shadow["VariantName"]) == "Promote":
        name = shadow["VariantName"] if keeps_shadow_name or production else source["VariantName"]
        production.append(shadow | {"VariantName": name, "InitialVariantWeight": _PRODUCTION_WEIGHT})
    members: dict[str, Any] = {"ProductionVariants": production}
    if shadows:
        members["ShadowProductionVariants"] = shadows
    if "KmsKeyId" in testing.declared:
        members["KmsKeyId"] = testing.declared["KmsKeyId"]
    return members


def _serving(variant: Mapping[str, Any], weight: float) -> dict[str, Any]:
    infrastructure = variant["InfrastructureConfig"]["RealTimeInferenceConfig"]
    return {
        "VariantName": variant["VariantName"],
        "ModelName": variant["ModelName"],
        "InstanceType": infrastructure["InstanceType"],
        "InitialInstanceCount": infrastructure["InstanceCount"],
        "InitialVariantWeight": weight,
    }


def _resized(served: Mapping[str, Any], wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A served variant with its new instance type and count."""
    resized = dict(served)
    if variant := wanted.get(served["VariantName"]):
        resized |= _serving(variant, served["InitialVariantWeight"])
    return resized
