"""Variants that the app registers for autoscaling, and that the end of a test removes from the endpoint."""

from collections.abc import Iterable, Iterator
from typing import Any

from aws_cdk import Stack, aws_sagemaker
from aws_cdk.aws_applicationautoscaling import CfnScalableTarget

from sagemaker_inference_experiment._add_warning import add_warning
from sagemaker_inference_experiment._app import variant_names
from sagemaker_inference_experiment._conclusion import VariantAction
from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._watched import Watched


def warn_of_autoscaling(watched: Iterable[Watched], named: NamedResources) -> None:
    """Adds a warning to each experiment if its end removes a variant that is registered for autoscaling."""
    for target in named.constructs:
        if isinstance(target, CfnScalableTarget):
            for each in watched:
                _warn(each, target, named)


def _warn(watched: Watched, target: CfnScalableTarget, named: NamedResources) -> None:
    stack = Stack.of(target)
    registered: Any = stack.resolve(target.resource_id)
    endpoints = list(_endpoint_names(watched, named))
    for variant in _removed_variants(watched, named):
        if any(stack.resolve(f"endpoint/{name}/variant/{variant}") == registered for name in endpoints):
            add_warning(
                watched.experiment,
                "autoscaledVariant",
                f"variant {variant} is registered for autoscaling ({target.node.path}), and SageMaker does not remove "
                "such a variant from an endpoint: deregister it before the test ends",
            )


def _endpoint_names(watched: Watched, named: NamedResources) -> Iterator[str]:
    """The names by which the app may register the endpoint."""
    yield watched.endpoint_name
    endpoint = named.find(watched.declaration.endpoint, aws_sagemaker.CfnEndpoint, watched.stack)
    if endpoint is not None:
        yield endpoint.attr_endpoint_name
        if endpoint.endpoint_name is not None:
            yield endpoint.endpoint_name


def _removed_variants(watched: Watched, named: NamedResources) -> list[str]:
    """The known names of the variants that the end of the test removes or moves."""
    ending = watched.declaration.ending
    production, shadow = variant_names(watched.stack, watched.declaration, named.find)
    actions = ((production, ending.production), (shadow, ending.shadow))
    return [name for name, action in actions if name is not None and action != VariantAction.RETAIN]
