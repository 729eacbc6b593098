"""The variants: ``ModelVariants``, and the entries of ``DesiredModelVariants``."""

from dataclasses import replace

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import AS_SERVED, REAL_TIME, DeclaredVariant
from inference_experiment_handler.spec.reader import OPAQUE, Reader
from inference_experiment_handler.spec.roles_parser import Roles
from inference_experiment_handler.spec.text import shown


def read_variants(
    reader: Reader, roles: Roles | None, entries: list[Reader] | None
) -> tuple[DeclaredVariant, DeclaredVariant] | None:
    """The production and the shadow variant. For the shadow variant, only the model is required."""
    variants = [
        read_variant(entry, in_full=roles is not None and index == roles.production_at, model_required=True)
        for index, entry in enumerate(entries or [])
    ]
    for index, variant in enumerate(variants):
        if variant is None or variant.instance_type is None or variant.instance_type is OPAQUE:
            continue
        if variant.instance_type.startswith(limits.EXCLUDED_INSTANCES):
            at = f"ModelVariants[{index}].InfrastructureConfig.RealTimeInferenceConfig.InstanceType"
            reader.fault(at, f"is {shown(variant.instance_type)}, must not be Inf1, which SageMaker does not support")
    readable = [variant for variant in variants if variant is not None]
    if roles is None or len(readable) < len(variants):
        return None
    production = AS_SERVED if roles.production_at is None else readable[roles.production_at]
    shadow = readable[roles.shadow_at]
    return replace(production, variant_name=roles.production), replace(shadow, variant_name=roles.shadow)


def read_variant(entry: Reader, *, in_full: bool, model_required: bool) -> DeclaredVariant | None:
    """An entry whose name has been read; ``None`` if a required value is missing or invalid."""
    model_name = entry.text("ModelName", limits.MODEL_NAME, required=model_required)
    infrastructure = entry.child("InfrastructureConfig", required=in_full)
    entry.finish()
    if infrastructure is None:
        lacking = in_full or entry.has("InfrastructureConfig") or (model_required and model_name is None)
        return None if lacking else DeclaredVariant(None, model_name, None, None)
    infrastructure.choice("InfrastructureType", [REAL_TIME])
    real_time = infrastructure.child("RealTimeInferenceConfig", required=True)
    infrastructure.finish()
    if real_time is None:
        return None
    instance_type = real_time.text("InstanceType", limits.INSTANCE_TYPE, required=in_full)
    instance_count = real_time.integer("InstanceCount", limits.INSTANCE_COUNT, required=in_full)
    real_time.finish()
    faulty = (instance_type is None and real_time.has("InstanceType")) or (
        instance_count is None and real_time.has("InstanceCount")
    )
    if faulty or (model_required and model_name is None) or (in_full and None in (instance_type, instance_count)):
        return None
    return DeclaredVariant(None, model_name, instance_type, instance_count)
