"""The variants and their roles, from ``ModelVariants`` and ``ShadowModeConfig``."""

from typing import NamedTuple

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import REAL_TIME, ModelVariant
from inference_experiment_handler.spec.reader import OPAQUE, Reader
from inference_experiment_handler.spec.text import shown


class ShadowMode(NamedTuple):
    """``ShadowModeConfig``: the names of both variants, and the share of requests that the shadow variant gets."""

    production: str
    shadow: str
    sampling_percentage: int

    @property
    def names(self) -> tuple[str, str]:
        return self.production, self.shadow


def read_shadow_mode(reader: Reader) -> ShadowMode | None:
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
        shadows[0].fault(
            "ShadowModelVariantName", f"is {shown(shadow)}, the production variant's own name, must be another"
        )
        # With one name for two variants there is nothing to check the rest by.
        return None
    # A faulty percentage is reported already; the names still serve to check the rest.
    return None if None in (production, shadow) else ShadowMode(production, shadow, sampling)


def read_variants(reader: Reader, mode: ShadowMode | None) -> dict[str, ModelVariant] | None:
    entries = reader.children("ModelVariants", count=range(2, 3), required=True)
    if entries is None:
        return None
    variants = [read_variant(entry) for entry in entries]
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


def _by_role(reader: Reader, mode: ShadowMode, variants: dict[str, ModelVariant]) -> dict[str, ModelVariant] | None:
    if OPAQUE in (*variants, *mode.names):
        return None
    if len(variants) == 1:
        must = f"one for {shown(mode.production)} and one for {shown(mode.shadow)}"
        reader.fault("ModelVariants", f"has {shown(next(iter(variants)))} twice, must have {must}")
        return None
    for role, name in zip(("production", "shadow"), mode.names, strict=True):
        if name not in variants:
            reader.fault(
                "ModelVariants", f"has no entry for the {role} variant {shown(name)} that ShadowModeConfig names"
            )
    return variants if set(mode.names) <= variants.keys() else None


def read_variant(entry: Reader) -> ModelVariant | None:
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
