"""Endpoints and models of the app that SageMaker does not support in shadow tests."""

from collections.abc import Iterator, Sequence
from typing import Any

from aws_cdk import aws_sagemaker

from inference_experiment_handler.spec import limits, names
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._tokens import is_not_known_yet, is_unresolved

Configured = aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty
Container = aws_sagemaker.CfnModel.ContainerDefinitionProperty


def configuration_faults(config: aws_sagemaker.CfnEndpointConfig, shadow_names: Sequence[str]) -> list[str]:
    """The reasons why SageMaker can't run a shadow test on an endpoint with this configuration.

    ``shadow_names``: the names that the test's shadow variant can have; empty if it can have any name.
    """
    return [f"endpoint configuration {config.node.path} {fault}" for fault in _of_configuration(config, shadow_names)]


def _of_configuration(config: aws_sagemaker.CfnEndpointConfig, shadow_names: Sequence[str]) -> Iterator[str]:
    if _is_given(config.async_inference_config):
        yield "is asynchronous (AsyncInferenceConfig), must be a real-time endpoint"
    variants = configured(known_entries(config.production_variants))
    for variant in variants:
        yield from _of_variant(variant)
    if len(variants) > 1:
        listed = ", ".join(shown(variant.variant_name) for variant in variants)
        yield f"has {len(variants)} production variants ({listed}), must have exactly one"
    for variant in configured(known_entries(config.shadow_production_variants)):
        name = variant.variant_name
        if not shadow_names or any(is_not_known_yet(each) for each in (name, *shadow_names)):
            continue
        if not any(names.same(name, each) for each in shadow_names):
            own = " or ".join(shown(each) for each in shadow_names)
            yield (
                f"has shadow variant {shown(name)} (ShadowProductionVariants), must have none besides the experiment's "
                f"own, {own}: an endpoint can have only one"
            )


def _of_variant(variant: Configured) -> Iterator[str]:
    name = shown(variant.variant_name)
    if _is_given(variant.serverless_config):
        yield f"has serverless variant {name} (ServerlessConfig), must run on instances"
    elif variant.instance_type is None:
        if variant.serverless_config is None:
            yield f"has variant {name} without InstanceType, must run on instances of one type"
    elif variant.instance_type.startswith(limits.EXCLUDED_INSTANCES):
        yield f"has variant {name} on {shown(variant.instance_type)}, must not run on Inf1 instances"
    if variant.model_name is None:
        yield f"has variant {name} without ModelName, which is for inference components, must have a model of its own"
    if _is_given(variant.accelerator_type):
        yield f"has variant {name} with Elastic Inference ({shown(variant.accelerator_type)}), must have no accelerator"


def model_faults(where: str, model: aws_sagemaker.CfnModel) -> list[str]:
    """The reasons why this model can't be in a variant of a shadow test, or in one that stays after it.

    ``where``: the parameter that gives the model, or else where it was found.
    """
    faults = []
    containers = [each for each in known_entries(model.containers) if isinstance(each, Container)]
    if len(containers) > 1:
        faults.append(f"has {len(containers)} containers, must have one")
    elif _is_given(model.inference_execution_config):
        faults.append("has an InferenceExecutionConfig, which is for several containers, must have one container")
    if any(getattr(container, "mode", None) == "MultiModel" for container in (model.primary_container, *containers)):
        faults.append("has Mode MultiModel, must be a single model")
    return [f"{where} is {model.node.path}, which {fault}" for fault in faults]


def configured(variants: Sequence[Any]) -> list[Configured]:
    """The variants that are known. One may be a token."""
    return [variant for variant in variants if isinstance(variant, Configured)]


def _is_given(value: Any) -> bool:
    """Whether a property certainly has a value: a token may turn out to be ``AWS::NoValue``."""
    return value is not None and not is_unresolved(value)


def known_entries(entries: Any) -> Sequence[Any]:
    """The entries of a list. The entries of a token are not known before CDK renders the template."""
    return entries if isinstance(entries, list) else ()
