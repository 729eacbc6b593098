"""Endpoints and models of the app that SageMaker does not support in shadow tests."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack, aws_sagemaker

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._reflection import resource_behind
from sagemaker_inference_experiment._tokens import is_unresolved


def endpoint_faults(endpoint: object) -> list[str]:
    """Why SageMaker runs no shadow test on this endpoint; nothing for an endpoint that is not part of the app."""
    of_app = resource_behind(endpoint, aws_sagemaker.CfnEndpoint)
    config = _configuration(of_app) if of_app is not None else None
    if config is None:
        return []
    faults = []
    if config.async_inference_config is not None:
        faults.append("is asynchronous (AsyncInferenceConfig), must be a real-time endpoint")
    variants = _known(config.production_variants)
    faults += [
        f"has serverless variant {shown(variant.variant_name)} (ServerlessConfig), must run on instances"
        for variant in variants
        if getattr(variant, "serverless_config", None) is not None
    ]
    if len(variants) > 1:
        names = ", ".join(shown(getattr(variant, "variant_name", None)) for variant in variants)
        faults.append(f"has {len(variants)} production variants ({names}), must have exactly one")
    return [f"endpoint configuration {config.node.path} {fault}" for fault in faults]


def model_faults(which: str, model: object) -> list[str]:
    """Why this model can't be a variant of a shadow test; nothing for a model that is not part of the app."""
    of_app = resource_behind(model, aws_sagemaker.CfnModel)
    if of_app is None:
        return []
    faults = []
    containers = _known(of_app.containers)
    if len(containers) > 1:
        faults.append(f"has {len(containers)} containers, must have one")
    elif of_app.inference_execution_config is not None:
        faults.append("has an InferenceExecutionConfig, which is for several containers, must have one container")
    if any(getattr(container, "mode", None) == "MultiModel" for container in (of_app.primary_container, *containers)):
        faults.append("has Mode MultiModel, must be a single model")
    return [f"model {of_app.node.path} of the {which} variant {fault}" for fault in faults]


def _configuration(endpoint: aws_sagemaker.CfnEndpoint) -> aws_sagemaker.CfnEndpointConfig | None:
    name = endpoint.endpoint_config_name
    if is_unresolved(name):
        return resource_behind(name, aws_sagemaker.CfnEndpointConfig)
    for construct in Stack.of(endpoint).node.find_all():
        if isinstance(construct, aws_sagemaker.CfnEndpointConfig) and construct.endpoint_config_name == name:
            return construct
    return None


def _known(entries: Any) -> Sequence[Any]:
    # A lazy list is a token: nobody knows its entries before the template is rendered.
    return entries if isinstance(entries, list) else ()
