"""What the app itself shows of an experiment's endpoint and models: its own resources behind them."""

from aws_cdk import Stack, aws_sagemaker

from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._mirror import mirror_faults
from sagemaker_inference_experiment._reflection import Find
from sagemaker_inference_experiment._tokens import is_unresolved
from sagemaker_inference_experiment._unsupported import (
    configuration_faults,
    configured,
    known_entries,
    model_faults,
)


def app_faults(stack: Stack, declaration: Declaration, find: Find, *, over: bool) -> list[str]:
    """Why an experiment can't run on what ``find`` finds in the app.

    ``over``: it is declared to be over, and can't start. Its endpoint may have changed since.
    """
    faults = [] if over else _endpoint_faults(stack, declaration, find)
    for which, variant in (("production", declaration.production_variant), ("shadow", declaration.shadow_variant)):
        model = find(variant.model, aws_sagemaker.CfnModel, stack)
        if model is not None:
            faults += model_faults(which, model)
    return faults


def _endpoint_faults(stack: Stack, declaration: Declaration, find: Find) -> list[str]:
    endpoint = find(declaration.endpoint, aws_sagemaker.CfnEndpoint, stack)
    config = _configuration(endpoint, find) if endpoint is not None else None
    if config is None:
        return []
    faults = configuration_faults(config, declaration.shadow_variant)
    variants = known_entries(config.production_variants)
    if len(variants) == 1:
        for served in configured(variants):
            faults += mirror_faults(declaration.production_variant, stack, config, served, find)
    return faults


def _configuration(endpoint: aws_sagemaker.CfnEndpoint, find: Find) -> aws_sagemaker.CfnEndpointConfig | None:
    name, stack = endpoint.endpoint_config_name, Stack.of(endpoint)
    found = find(name, aws_sagemaker.CfnEndpointConfig, stack)
    if found is not None or is_unresolved(name):
        return found
    for construct in stack.node.find_all():
        if isinstance(construct, aws_sagemaker.CfnEndpointConfig) and construct.endpoint_config_name == name:
            return construct
    return None
