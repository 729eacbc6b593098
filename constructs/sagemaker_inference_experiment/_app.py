"""Checks of the experiment's endpoint and models against the resources of the app."""

from aws_cdk import Stack, aws_sagemaker

from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._mirror import Difference, differences
from sagemaker_inference_experiment._reflection import Find
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
    faults = []
    config = None if over else _configuration(stack, declaration, find)
    if config is not None:
        faults += configuration_faults(config, declaration.shadow_variant)
        if not declaration.may_follow_a_promotion:
            faults += [difference.fault for difference in _differences(stack, declaration, config, find)]
    for which, variant in (("production", declaration.production_variant), ("shadow", declaration.shadow_variant)):
        model = find(variant.model, aws_sagemaker.CfnModel, stack)
        if model is not None:
            faults += model_faults(which, model)
    return faults


def differences_after_a_promotion(stack: Stack, declaration: Declaration, find: Find) -> list[Difference]:
    """How the production variant of a later run differs from the endpoint's configuration in the app.

    It may: a promotion changes the endpoint, and leaves the configuration in the app as it is.
    """
    config = _configuration(stack, declaration, find) if declaration.may_follow_a_promotion else None
    return _differences(stack, declaration, config, find) if config is not None else []


def _differences(
    stack: Stack, declaration: Declaration, config: aws_sagemaker.CfnEndpointConfig, find: Find
) -> list[Difference]:
    variants = known_entries(config.production_variants)
    if len(variants) != 1:
        return []
    production = declaration.production_variant
    return [each for served in configured(variants) for each in differences(production, stack, config, served, find)]


def _configuration(stack: Stack, declaration: Declaration, find: Find) -> aws_sagemaker.CfnEndpointConfig | None:
    endpoint = find(declaration.endpoint, aws_sagemaker.CfnEndpoint, stack)
    if endpoint is None:
        return None
    return find(endpoint.endpoint_config_name, aws_sagemaker.CfnEndpointConfig, Stack.of(endpoint))
