"""Warnings at synth about declarations that are valid but may be unintended. Users can acknowledge them."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from aws_cdk import Stack, aws_sagemaker
from constructs import IConstruct

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._add_warning import add_warning
from sagemaker_inference_experiment._app import production_instances
from sagemaker_inference_experiment._conclusion import VariantAction
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._instance_types import INSTANCE_TYPES
from sagemaker_inference_experiment._reflection import Find
from sagemaker_inference_experiment._role_grants import Granted
from sagemaker_inference_experiment._tokens import is_not_known_yet, is_unresolved


@dataclass(frozen=True, kw_only=True)
class _Declared:
    """An experiment and its declaration."""

    experiment: IConstruct
    declaration: Declaration

    def warn(self, id: str, message: str) -> None:
        add_warning(self.experiment, id, message)


def warn(experiment: IConstruct, declaration: Declaration) -> None:
    """Adds the warnings about an experiment that do not depend on the rest of the app."""
    declared = _Declared(experiment=experiment, declaration=declaration)
    if declaration.ending.shadow == VariantAction.RETAIN:
        _warn_of_retained_shadow(declared)
    if declaration.ending.shadow == VariantAction.PROMOTE:
        _warn_of_partial_traffic(declared)
    _warn_of_gate_without_effect(declared)
    _warn_of_unknown_instance_types(declared)


def warn_of_missing_grants(experiment: IConstruct, granted: Iterable[Granted]) -> None:
    """Adds a warning for each key and bucket that the app can't allow the role to use."""
    for each in granted:
        missing = each.missing
        if missing is not None:
            add_warning(
                experiment,
                f"{missing.kind}NotGranted",
                f"this app can change neither the role's policies nor the {missing.kind}'s policy: unless that is "
                f"already allowed, allow {missing.what}",
            )


def _warn_of_retained_shadow(declared: _Declared) -> None:
    shadow = _shadow_in_words(declared.declaration)
    kept = f"retains {shadow} on the endpoint, where it still receives its share of the traffic and is billed"
    if declared.declaration.conclusion is not None:
        declared.warn("retainShadowOnConclusion", f"the conclusion {kept}")
    else:
        declared.warn("retainShadowOnDelete", f"on_delete {kept}, and no resource remains that can remove it")


def warn_of_promotion(experiment: IConstruct, stack: Stack, declaration: Declaration, find: Find) -> None:
    """Adds the warnings about a promotion that depend on what ``find`` finds in the app.

    The endpoint in the app may revert it, and the promoted variant may have fewer instances than production.
    """
    if declaration.ending.shadow != VariantAction.PROMOTE:
        return
    _warn_of_fewer_instances(experiment, stack, declaration, find)
    endpoint = find(declaration.endpoint, aws_sagemaker.CfnEndpoint, stack)
    if endpoint is not None:
        add_warning(
            experiment,
            "promoteOnEndpointOfApp",
            f"the promotion is not in the EndpointConfigName of endpoint {endpoint.node.path}: the next change of that "
            "property reverts it, so your next change must use the promoted model there",
        )


def _warn_of_fewer_instances(experiment: IConstruct, stack: Stack, declaration: Declaration, find: Find) -> None:
    ending, shadow = declaration.ending, declaration.shadow_variant
    instance_type = ending.shadow_instance_type or shadow.instance_type
    count = shadow._count if ending.shadow_instance_count is None else ending.shadow_instance_count
    production_type, production_count = production_instances(stack, declaration, find)
    if instance_type is None or count is None or production_type is None or production_count is None:
        return
    if any(map(is_not_known_yet, (instance_type, count, production_type, production_count))):
        return
    # Without a declared count, a promoted variant on the same instance type gets at least as many as production has.
    as_declared = instance_type != production_type or ending.shadow_instance_count is not None
    if as_declared and count < production_count:
        add_warning(
            experiment,
            "promoteOnFewerInstances",
            f"the promoted variant has {count} x {instance_type}, and production has {production_count:.0f} x "
            f"{production_type}: fewer instances may not handle the traffic. To have more, set the instance_count of "
            "Conclusion.promote_shadow",
        )


def _warn_of_gate_without_effect(declared: _Declared) -> None:
    for parameter, gate in declared.declaration.gates.items():
        if gate.criteria and not any(criterion.enforce for criterion in gate.criteria):
            declared.warn(
                "gateNotEnforced",
                f"no criterion of {parameter} is enforced, so every promotion is allowed, whatever the metrics are: "
                "omit enforce=False of the criteria that must hold",
            )
            return


def _warn_of_partial_traffic(declared: _Declared) -> None:
    sampled = declared.declaration.sampling_percentage
    if not is_unresolved(sampled) and sampled < 100:
        declared.warn(
            "promoteAfterPartialTraffic",
            f"{_shadow_in_words(declared.declaration)} is promoted to all traffic, but was "
            f"tested with {sampled} % of it: its instances may not handle the rest",
        )


def _warn_of_unknown_instance_types(declared: _Declared) -> None:
    unknown = {
        parameter: given
        for parameter, given in _instance_types(declared.declaration).items()
        if not is_not_known_yet(given) and given not in INSTANCE_TYPES
    }
    if unknown:
        said = "; ".join(f"{parameter} is {shown(given)}{_meant(given)}" for parameter, given in unknown.items())
        declared.warn("unknownInstanceType", f"{said}: SageMaker had no such instance type at the package's release")


def _instance_types(declaration: Declaration) -> dict[str, str]:
    """All declared instance types, by their parameters."""
    types = {
        f"{parameter}.instance_type": variant.instance_type
        for parameter, variant in declaration.variants()
        if variant.instance_type is not None
    }
    on_delete = declaration.on_delete.conclusion if declaration.on_delete is not None else None
    for path, conclusion in (("conclusion", declaration.conclusion), ("on_delete.conclusion", on_delete)):
        if conclusion is not None and conclusion.shadow_instance_type is not None:
            types[f"{path}.shadow_instance_type"] = conclusion.shadow_instance_type
    return types


def _shadow_in_words(declaration: Declaration) -> str:
    name = declaration.shadow_variant.variant_name
    return "the shadow variant" if name is None else f"shadow variant {name}"


def _meant(given: str) -> str:
    close = get_close_matches(given, INSTANCE_TYPES, n=1)
    return f", did you mean {shown(close[0])}?" if close else ""
