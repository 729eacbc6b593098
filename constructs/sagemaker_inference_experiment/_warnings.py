"""Warnings at synth about declarations that are valid and may not be intended. Users can acknowledge them."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import jsii
from aws_cdk import Annotations, Stack, Stage, aws_sagemaker
from aws_cdk.aws_applicationautoscaling import CfnScalableTarget
from constructs import IConstruct, IValidation

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._conclusion import VariantAction
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._instance_types import INSTANCE_TYPES
from sagemaker_inference_experiment._reflection import resource_behind
from sagemaker_inference_experiment._role_grants import Granted
from sagemaker_inference_experiment._tokens import is_unresolved

PREFIX = "sagemaker-inference-experiment"


@dataclass(frozen=True, kw_only=True)
class _Declared:
    """An experiment and its declaration."""

    experiment: IConstruct
    declaration: Declaration
    endpoint_name: str

    def warn(self, id: str, message: str) -> None:
        add_warning(self.experiment, id, message)

    @property
    def removed_variants(self) -> list[str]:
        """The names of the variants that the end of the test removes or moves on the endpoint."""
        ending = self.declaration.ending
        actions = (
            (self.declaration.production_variant.variant_name, ending.production),
            (self.declaration.shadow_variant.variant_name, ending.shadow),
        )
        return [name for name, action in actions if action != VariantAction.RETAIN]


def warn(experiment: IConstruct, stack: Stack, declaration: Declaration, endpoint_name: str) -> None:
    """Adds the warnings about an experiment: now, or at the end of synth if they depend on the rest of the app."""
    declared = _Declared(experiment=experiment, declaration=declaration, endpoint_name=endpoint_name)
    if declaration.ending.shadow == VariantAction.RETAIN:
        _warn_of_retained_shadow(declared)
    if declaration.ending.shadow == VariantAction.PROMOTE:
        _warn_of_promotion(declared)
    _warn_of_unknown_instance_types(declared)
    _autoscaling_of_app(stack).watch(declared)


def warn_of_missing_grants(experiment: IConstruct, granted: Iterable[Granted]) -> None:
    """Adds a warning for each key whose use nothing in the app can allow the role."""
    for each in granted:
        if each.missing is not None:
            add_warning(
                experiment,
                "keyNotGranted",
                "the role takes no policies of this app, and the app does not change the key's policy: unless it is "
                f"allowed already, allow {each.missing}",
            )


def add_warning(experiment: IConstruct, id: str, message: str) -> None:
    """Adds a warning that ``acknowledge_warning`` of the experiment accepts."""
    # Below the experiment: CDK before 2.272 ignores an earlier acknowledgement on the construct itself.
    Annotations.of(experiment.node.find_child("Resource")).add_warning_v2(f"{PREFIX}:{id}", message)


def _warn_of_retained_shadow(declared: _Declared) -> None:
    shadow = declared.declaration.shadow_variant.variant_name
    kept = f"keeps shadow variant {shadow} on the endpoint, which goes on getting its share of traffic and being billed"
    if declared.declaration.conclusion is not None:
        declared.warn("retainShadowOnConclusion", f"the conclusion {kept}")
    else:
        declared.warn("retainShadowOnDelete", f"on_delete {kept}, with no resource left that would remove it")


def _warn_of_promotion(declared: _Declared) -> None:
    endpoint = resource_behind(declared.declaration.endpoint, aws_sagemaker.CfnEndpoint)
    if endpoint is not None:
        declared.warn(
            "promoteOnEndpointOfApp",
            f"the promotion is not in the EndpointConfigName of endpoint {endpoint.node.path}: the next change of that "
            "property reverts it, so put the promoted model there with the first change that is made",
        )
    sampled = declared.declaration.sampling_percentage
    if not is_unresolved(sampled) and sampled < 100:
        declared.warn(
            "promoteAfterPartialTraffic",
            f"shadow variant {declared.declaration.shadow_variant.variant_name} is promoted to all traffic, but was "
            f"tried with {sampled} % of it: whether its instances bear the rest is not known",
        )


def _warn_of_unknown_instance_types(declared: _Declared) -> None:
    unknown = {
        parameter: given
        for parameter, given in _instance_types(declared.declaration).items()
        if not is_unresolved(given) and given not in INSTANCE_TYPES
    }
    if unknown:
        said = "; ".join(f"{parameter} is {shown(given)}{_meant(given)}" for parameter, given in unknown.items())
        declared.warn("unknownInstanceType", f"{said}: SageMaker had no such instance type at this package's release")


def _instance_types(declaration: Declaration) -> dict[str, str]:
    """All that are declared, by their parameters."""
    types = {f"{parameter}.instance_type": variant.instance_type for parameter, variant in declaration.variants()}
    on_delete = declaration.on_delete.conclusion if declaration.on_delete is not None else None
    for path, conclusion in (("conclusion", declaration.conclusion), ("on_delete.conclusion", on_delete)):
        if conclusion is not None and conclusion.shadow_instance_type is not None:
            types[f"{path}.shadow_instance_type"] = conclusion.shadow_instance_type
    return types


def _meant(given: str) -> str:
    close = get_close_matches(given, INSTANCE_TYPES, n=1)
    return f", did you mean {shown(close[0])}?" if close else ""


@jsii.implements(IValidation)
class _Autoscaling:
    """Looks for variants that are registered for autoscaling, once for all experiments of an app or a stage.

    It is a validation because validations run after everything that creates constructs. It never finds an error.
    """

    def __init__(self, root: IConstruct) -> None:
        self._root = root
        self._declared: list[_Declared] = []

    def watch(self, declared: _Declared) -> None:
        self._declared.append(declared)

    def validate(self) -> list[str]:
        for target in self._root.node.find_all():
            if isinstance(target, CfnScalableTarget):
                for declared in self._declared:
                    _warn_of_autoscaling(declared, target)
        return []


@ask_once
def _autoscaling_of_app(stack: Stack) -> _Autoscaling:
    return _autoscaling_below(Stage.of(stack) or stack.node.root)


@ask_once
def _autoscaling_below(root: IConstruct) -> _Autoscaling:
    autoscaling = _Autoscaling(root)
    root.node.add_validation(autoscaling)
    return autoscaling


def _warn_of_autoscaling(declared: _Declared, target: CfnScalableTarget) -> None:
    stack = Stack.of(target)
    registered: Any = stack.resolve(target.resource_id)
    of_app = resource_behind(declared.declaration.endpoint, aws_sagemaker.CfnEndpoint)
    endpoints = [declared.endpoint_name, *([of_app.endpoint_name] if of_app and of_app.endpoint_name else [])]
    for variant in declared.removed_variants:
        if any(stack.resolve(f"endpoint/{name}/variant/{variant}") == registered for name in endpoints):
            declared.warn(
                "autoscaledVariant",
                f"variant {variant} is registered for autoscaling ({target.node.path}), and SageMaker refuses to take "
                "such a variant off an endpoint: deregister it before the test ends",
            )
