"""Checks of the experiment's endpoint and models against the resources of the app."""

from collections.abc import Sequence

from aws_cdk import Stack, aws_sagemaker

from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._mirror import Difference, differences
from sagemaker_inference_experiment._reflection import Find
from sagemaker_inference_experiment._tokens import is_not_known_yet
from sagemaker_inference_experiment._unsupported import (
    Configured,
    configuration_faults,
    configured,
    known_entries,
    model_faults,
)


def app_faults(stack: Stack, declaration: Declaration, find: Find, *, over: bool) -> list[str]:
    """The reasons why an experiment can't run on the resources that ``find`` finds in the app.

    ``over``: the declaration says that the test has ended, so it can't start. Its endpoint may have changed since.
    """
    faults = []
    config = None if over else _configuration(stack, declaration, find)
    if config is not None:
        faults += configuration_faults(config, _possible_shadow_names(declaration, config))
        faults += _name_faults(declaration, config)
        if not declaration.may_follow_a_promotion:
            faults += [difference.fault for difference in _differences(stack, declaration, config, find)]
            faults += _served_model_faults(declaration, config, find)
    for parameter, variant in declaration.variants():
        model = find(variant.model, aws_sagemaker.CfnModel, stack)
        if model is not None:
            faults += model_faults(f"{parameter}.model", model)
    return faults


def _served_model_faults(declaration: Declaration, config: aws_sagemaker.CfnEndpointConfig, find: Find) -> list[str]:
    """The faults of the model that the endpoint serves, if production is taken from the endpoint."""
    served = _production(config) if declaration.production_variant is None else None
    model = find(served.model_name, aws_sagemaker.CfnModel, Stack.of(config)) if served is not None else None
    return model_faults(f"the model of endpoint configuration {config.node.path}", model) if model is not None else []


def differences_after_a_promotion(stack: Stack, declaration: Declaration, find: Find) -> list[Difference]:
    """How the production variant of a later run differs from the endpoint's configuration in the app.

    A difference is allowed: a promotion changes the endpoint, but not the configuration in the app.
    """
    config = _configuration(stack, declaration, find) if declaration.may_follow_a_promotion else None
    return _differences(stack, declaration, config, find) if config is not None else []


def _differences(
    stack: Stack, declaration: Declaration, config: aws_sagemaker.CfnEndpointConfig, find: Find
) -> list[Difference]:
    served, production = _production(config), declaration.production_variant
    if served is None or production is None:
        return []
    return differences(production, stack, config, served, find)


def _name_faults(declaration: Declaration, config: aws_sagemaker.CfnEndpointConfig) -> list[str]:
    """A fault if the shadow variant has the name of the production variant. SageMaker ignores the case of names."""
    served = _production(config) if declaration.is_first else None
    name = declaration.shadow_variant.variant_name
    if served is None or name is None or is_not_known_yet(name) or not names.same(name, served.variant_name):
        return []
    return [
        f"shadow_variant.variant_name is {shown(name)}, which is the production variant's name in endpoint "
        f"configuration {config.node.path}, must be another name, or omitted"
    ]


def variant_names(stack: Stack, declaration: Declaration, find: Find) -> tuple[str | None, str | None]:
    """The names of the production and the shadow variant; ``None`` for a name that only the deployment knows."""
    return _names(declaration, _configuration(stack, declaration, find) if declaration.is_first else None)


def production_instances(stack: Stack, declaration: Declaration, find: Find) -> tuple[str | None, float | None]:
    """The instance type and the instance count of the production variant, as far as the app shows them."""
    production = declaration.production_variant
    if production is not None:
        return production.instance_type, production._count
    config = _configuration(stack, declaration, find) if declaration.is_first else None
    served = _production(config) if config is not None else None
    return (served.instance_type, served.initial_instance_count) if served is not None else (None, None)


def _production(config: aws_sagemaker.CfnEndpointConfig) -> Configured | None:
    variants = known_entries(config.production_variants)
    return next(iter(configured(variants)), None) if len(variants) == 1 else None


def _names(declaration: Declaration, config: aws_sagemaker.CfnEndpointConfig | None) -> tuple[str | None, str | None]:
    production, shadow = declaration.production_variant, declaration.shadow_variant.variant_name
    if production is not None:
        name = production.variant_name
    else:
        # An earlier run may have promoted its shadow variant. Only the endpoint shows that.
        served = _production(config) if config is not None and declaration.is_first else None
        name = served.variant_name if served is not None else None
    if shadow is None and name is not None and not is_not_known_yet(name):
        shadow = names.default_shadow(name)
    return name, shadow


def _possible_shadow_names(declaration: Declaration, config: aws_sagemaker.CfnEndpointConfig) -> Sequence[str]:
    """The names that the shadow variant can have; empty if it can have any name.

    If the name is left open, it depends on that of production. A test with a given name may already exist.
    """
    name = _names(declaration, config)[1]
    if name is not None:
        return [name]
    if declaration.experiment_name is not None:
        return []
    default = names.default_shadow("")
    return [default, names.default_shadow(default)]


def _configuration(stack: Stack, declaration: Declaration, find: Find) -> aws_sagemaker.CfnEndpointConfig | None:
    endpoint = find(declaration.endpoint, aws_sagemaker.CfnEndpoint, stack)
    if endpoint is None:
        return None
    return find(endpoint.endpoint_config_name, aws_sagemaker.CfnEndpointConfig, Stack.of(endpoint))
