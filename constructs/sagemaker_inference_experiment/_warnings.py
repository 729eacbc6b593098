"""What is legal to declare and may not be what was meant: acknowledgeable warnings at synth."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Annotations, Stack, Stage, aws_sagemaker
from aws_cdk.aws_applicationautoscaling import CfnScalableTarget
from constructs import IConstruct, IValidation

from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete, VariantAction
from sagemaker_inference_experiment._reflection import resource_behind
from sagemaker_inference_experiment._tokens import is_unresolved

PREFIX = "sagemaker-inference-experiment"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What of an experiment's declaration may call for a warning."""

    experiment: IConstruct
    endpoint: object
    endpoint_name: str
    production_variant_name: str
    shadow_variant_name: str
    sampling_percentage: int
    conclusion: Conclusion | None
    on_delete: OnDelete | None

    @property
    def ending(self) -> Conclusion:
        """How the test is going to end, if not by its schedule."""
        return self.conclusion or (self.on_delete or OnDelete()).conclusion

    @property
    def promotes(self) -> bool:
        return self.ending.shadow == VariantAction.PROMOTE

    @property
    def taken_off(self) -> list[str]:
        """The variants that the end takes from where they are on the endpoint."""
        named = (
            (self.production_variant_name, self.ending.production),
            (self.shadow_variant_name, self.ending.shadow),
        )
        return [name for name, action in named if action != VariantAction.RETAIN]


def warn(declared: Declared) -> None:
    """Adds the warnings that a declaration calls for, those about the rest of the app at the end of synth."""
    if declared.ending.shadow == VariantAction.RETAIN:
        _warn_of_retained_shadow(declared)
    if declared.promotes:
        _warn_of_promotion(declared)
    _autoscaling_of(declared.experiment).watch(declared)


def _warn_of_retained_shadow(declared: Declared) -> None:
    shadow = declared.shadow_variant_name
    kept = f"keeps shadow variant {shadow} on the endpoint, which goes on getting its share of traffic and being billed"
    if declared.conclusion is not None:
        _add(declared, "retainShadowOnConclusion", f"the conclusion {kept}")
    else:
        _add(declared, "retainShadowOnDelete", f"on_delete {kept}, with no resource left that would remove it")


def _warn_of_promotion(declared: Declared) -> None:
    endpoint = resource_behind(declared.endpoint, aws_sagemaker.CfnEndpoint)
    if endpoint is not None:
        _add(
            declared,
            "promoteOnEndpointOfApp",
            f"the promotion is not in the EndpointConfigName of endpoint {endpoint.node.path}: the next change of that "
            "property reverts it, so put the promoted model there with the first change that is made",
        )
    sampled = declared.sampling_percentage
    if not is_unresolved(sampled) and sampled < 100:
        _add(
            declared,
            "promoteAfterPartialTraffic",
            f"shadow variant {declared.shadow_variant_name} is promoted to all traffic, but was tried with {sampled} % "
            "of it: whether its instances bear the rest is not known",
        )


@jsii.implements(IValidation)
class _Autoscaling:
    """Looks for variants that are registered for autoscaling, once for all experiments of an app, when all is there.

    A validation, as it runs after everything that makes constructs; it finds nothing to fail for.
    """

    def __init__(self, root: IConstruct) -> None:
        self._root = root
        self._declared: list[Declared] = []

    def watch(self, declared: Declared) -> None:
        self._declared.append(declared)

    def validate(self) -> list[str]:
        for target in self._root.node.find_all():
            if isinstance(target, CfnScalableTarget):
                for declared in self._declared:
                    _warn_of_autoscaling(declared, target)
        return []


_AUTOSCALING: WeakKeyDictionary[IConstruct, _Autoscaling] = WeakKeyDictionary()


def _autoscaling_of(experiment: IConstruct) -> _Autoscaling:
    root = Stage.of(experiment) or experiment.node.root
    if root not in _AUTOSCALING:
        _AUTOSCALING[root] = _Autoscaling(root)
        root.node.add_validation(_AUTOSCALING[root])
    return _AUTOSCALING[root]


def _warn_of_autoscaling(declared: Declared, target: CfnScalableTarget) -> None:
    stack = Stack.of(target)
    registered: Any = stack.resolve(target.resource_id)
    of_app = resource_behind(declared.endpoint, aws_sagemaker.CfnEndpoint)
    endpoints = [declared.endpoint_name, *([of_app.endpoint_name] if of_app and of_app.endpoint_name else [])]
    for variant in declared.taken_off:
        if any(stack.resolve(f"endpoint/{name}/variant/{variant}") == registered for name in endpoints):
            _add(
                declared,
                "autoscaledVariant",
                f"variant {variant} is registered for autoscaling ({target.node.path}), and SageMaker refuses to take "
                "such a variant off an endpoint: deregister it before the test ends",
            )


def _add(declared: Declared, id: str, message: str) -> None:
    # Below the experiment: CDK before 2.272 doesn't find what was acknowledged ahead on the very construct.
    Annotations.of(declared.experiment.node.find_child("Resource")).add_warning_v2(f"{PREFIX}:{id}", message)
