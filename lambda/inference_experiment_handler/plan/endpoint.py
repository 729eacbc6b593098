"""What an endpoint proves: that a test may be put on it, and that a stopped test left it as declared.

An experiment's status proves nothing about the endpoint: an endpoint update can roll back silently.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.plan.situation import Situation, Target
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Action, Declaration, Ending, ModelVariant


def placement_matters(situation: Situation, target: Target) -> bool:
    """Whether a scheduled test is about to be started, or to change what it deploys as the production variant."""
    desired, experiment = situation.desired, target.experiment
    if desired.conclusion is not None or not experiment.not_started:
        return False
    return desired.schedule.is_due(situation.now) or desired.production not in experiment.variants.values()


def still_updating(endpoint: ObservedEndpoint | None) -> Wait | None:
    """What an endpoint serves can be judged once its update is over."""
    if endpoint is not None and endpoint.in_transition:
        return Wait(f"waiting for endpoint {endpoint.name}: {endpoint.status}")
    return None


def placement_problem(desired: Declaration, endpoint: ObservedEndpoint | None) -> str | None:
    """Why a test as declared would fail on this endpoint, or would change what production serves.

    SageMaker deploys both variants as the experiment declares them, the production variant too.
    """
    if endpoint is None:
        return f"EndpointName: there is no endpoint {desired.endpoint_name}"
    if endpoint.status != "InService":
        return f"endpoint {endpoint.name} is {endpoint.status}, must be InService{_because(endpoint)}"
    if len(endpoint.production) != 1:
        return (
            f"endpoint {endpoint.name} has {len(endpoint.production)} production variants "
            f"({_names(endpoint.production)}); a shadow test needs an endpoint with exactly one"
        )
    others = tuple(served for served in endpoint.shadows if served.variant_name != desired.shadow.variant_name)
    if others:
        return f"endpoint {endpoint.name} has shadow variant {_names(others)} already, and can have only one: remove it"
    return _mirror_problem(desired, endpoint.production[0])


def _mirror_problem(desired: Declaration, served: ServedVariant) -> str | None:
    production = desired.production
    differences = []
    if production.variant_name != served.variant_name:
        differences.append(f"VariantName {served.variant_name} (declared {production.variant_name})")
    if not names.same(production.model_name, served.model_name):
        differences.append(f"ModelName {served.model_name or 'none'} (declared {production.model_name})")
    if production.instance_type != served.instance_type:
        differences.append(f"InstanceType {served.instance_type or 'none'} (declared {production.instance_type})")
    # More instances than now cost money; fewer would take capacity from under the production traffic.
    if served.instance_count is not None and production.instance_count < served.instance_count:
        differences.append(f"InstanceCount {served.instance_count} (declared {production.instance_count})")
    if not differences:
        return None
    return (
        f"ModelVariants must mirror what production serves, or the test would change it: endpoint "
        f"{desired.endpoint_name} serves {', '.join(differences)}"
    )


class Test(Protocol):
    """What a declaration and an observed experiment have in common."""

    @property
    def endpoint_name(self) -> str: ...
    @property
    def shadow_name(self) -> str: ...
    @property
    def variants(self) -> Mapping[str, ModelVariant]: ...


def ending_problem(ending: Ending, test: Test, endpoint: ObservedEndpoint | None) -> str | None:
    """Why the test's endpoint is not as the ending declares it."""
    shadow = test.shadow_name
    if ending.promotes:
        if endpoint is None:
            return f"endpoint {test.endpoint_name} is gone, so shadow variant {shadow} does not serve"
        if _promoted(ending, test, endpoint):
            return None
        return (
            f"shadow variant {shadow} does not serve production traffic: endpoint {endpoint.name} serves "
            f"{_names(endpoint.production)} from configuration {endpoint.config_name}{_because(endpoint)}"
        )
    there = endpoint is not None and (endpoint.shadows_with(shadow) or endpoint.serves_in_production(shadow))
    if ending.shadow == Action.REMOVE and endpoint is not None and endpoint.shadows_with(shadow):
        return (
            f"shadow variant {shadow} is still on endpoint {endpoint.name} (configuration {endpoint.config_name}) "
            f"and goes on being billed{_because(endpoint)}"
        )
    if ending.shadow == Action.RETAIN and not there:
        return f"shadow variant {shadow} is no longer on endpoint {test.endpoint_name}"
    return None


def endpoint_after(ending: Ending, test: Test, endpoint: ObservedEndpoint) -> ObservedEndpoint:
    """The endpoint as it will be once a test that runs on it has ended so."""
    promoted = _kept(ending, test)
    if ending.promotes and promoted is not None:
        served = ServedVariant(
            promoted.variant_name, promoted.instance_count, promoted.model_name, promoted.instance_type
        )
        return replace(endpoint, production=(served,), shadows=())
    return endpoint if ending.shadow == Action.RETAIN else replace(endpoint, shadows=())


def _kept(ending: Ending, test: Test) -> ModelVariant | None:
    """The shadow variant as it is deployed once the test has ended so."""
    desired = (variant for variant in ending.desired_variants if variant.variant_name == test.shadow_name)
    return next(desired, test.variants.get(test.shadow_name))


def _promoted(ending: Ending, test: Test, endpoint: ObservedEndpoint) -> bool:
    if endpoint.shadows_with(test.shadow_name):
        return False
    if endpoint.serves_in_production(test.shadow_name):
        return True
    # Should SageMaker give the promoted variant another name, its model on its instances tells, if nothing else has it.
    promoted = _kept(ending, test)
    others = [variant for name, variant in test.variants.items() if name != test.shadow_name]
    if promoted is None or any(_is_served(promoted, by.model_name, by.instance_type) for by in others):
        return False
    return any(_is_served(promoted, served.model_name, served.instance_type) for served in endpoint.production)


def _is_served(variant: ModelVariant, model_name: str | None, instance_type: str | None) -> bool:
    return names.same(variant.model_name, model_name) and variant.instance_type == instance_type


def _names(variants: tuple[ServedVariant, ...]) -> str:
    return ", ".join(served.variant_name for served in variants) or "nothing"


def _because(endpoint: ObservedEndpoint) -> str:
    return f": {endpoint.failure_reason}" if endpoint.failure_reason else ""
