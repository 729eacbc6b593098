"""What an endpoint proves: that a test may be put on it, and that a stopped test left it as declared.

An experiment's status proves nothing about the endpoint: an endpoint update can roll back silently.
"""

from inference_experiment_handler.declaration import Declaration, Ending
from inference_experiment_handler.live import Endpoint, Experiment, Served
from inference_experiment_handler.matching import same_name


def why_not_here(declaration: Declaration, endpoint: Endpoint | None) -> str | None:
    """Why a test as declared would fail on this endpoint, or would change what production serves.

    SageMaker deploys both variants as the experiment declares them, the production variant too.
    """
    if endpoint is None:
        return f"EndpointName: there is no endpoint {declaration.endpoint_name}"
    if endpoint.status != "InService":
        return f"endpoint {endpoint.name} is {endpoint.status}, must be InService{_because(endpoint)}"
    if len(endpoint.production) != 1:
        return (
            f"endpoint {endpoint.name} has {len(endpoint.production)} production variants "
            f"({_names(endpoint.production)}); a shadow test needs an endpoint with exactly one"
        )
    return _why_not_mirrored(declaration, endpoint.production[0])


def _why_not_mirrored(declaration: Declaration, served: Served) -> str | None:
    declared = declaration.production
    differences = []
    if declared.variant_name != served.variant_name:
        differences.append(f"VariantName {served.variant_name} (declared {declared.variant_name})")
    if not same_name(declared.model_name, served.model_name):
        differences.append(f"ModelName {served.model_name or 'none'} (declared {declared.model_name})")
    if declared.instance_type != served.instance_type:
        differences.append(f"InstanceType {served.instance_type or 'none'} (declared {declared.instance_type})")
    # More instances than now cost money; fewer would take capacity from under the production traffic.
    if served.instance_count is not None and declared.instance_count < served.instance_count:
        differences.append(f"InstanceCount {served.instance_count} (declared {declared.instance_count})")
    if not differences:
        return None
    return (
        f"ModelVariants must mirror what production serves, or the test would change it: endpoint "
        f"{declaration.endpoint_name} serves {', '.join(differences)}"
    )


def why_not_ended_so(ending: Ending, experiment: Experiment, endpoint: Endpoint | None) -> str | None:
    """Why the endpoint is not as the ending declares it."""
    shadow = experiment.shadow_name
    if ending.promotes:
        if endpoint is None:
            return f"endpoint {experiment.endpoint_name} is gone, so shadow variant {shadow} does not serve"
        if _promoted(experiment, endpoint):
            return None
        return (
            f"shadow variant {shadow} does not serve production traffic: endpoint {endpoint.name} serves "
            f"{_names(endpoint.production)} from configuration {endpoint.config_name}{_because(endpoint)}"
        )
    there = endpoint is not None and (endpoint.shadows_with(shadow) or endpoint.serves_in_production(shadow))
    if ending.shadow == "Remove" and endpoint is not None and endpoint.shadows_with(shadow):
        return (
            f"shadow variant {shadow} is still on endpoint {endpoint.name} (configuration {endpoint.config_name}) "
            f"and goes on being billed{_because(endpoint)}"
        )
    if ending.shadow == "Retain" and not there:
        return f"shadow variant {shadow} is no longer on endpoint {experiment.endpoint_name}"
    return None


def _promoted(experiment: Experiment, endpoint: Endpoint) -> bool:
    name, shadow = experiment.shadow_name, experiment.shadow
    if endpoint.shadows_with(name):
        return False
    if endpoint.serves_in_production(name):
        return True
    # Should SageMaker give the promoted variant another name, its model tells, if only the shadow has it.
    others = [variant.model_name for variant in experiment.variants.values() if variant != shadow]
    if shadow is None or any(same_name(shadow.model_name, other) for other in others):
        return False
    return any(same_name(served.model_name, shadow.model_name) for served in endpoint.production)


def _names(variants: tuple[Served, ...]) -> str:
    return ", ".join(served.variant_name for served in variants) or "nothing"


def _because(endpoint: Endpoint) -> str:
    return f": {endpoint.failure_reason}" if endpoint.failure_reason else ""
