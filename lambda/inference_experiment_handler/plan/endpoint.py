"""What an endpoint serves, and whether a test can run on it."""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.plan import matching
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.plan.wording import IF_MOVED
from inference_experiment_handler.spec import names


def placement_matters(situation: Situation, target: Target) -> bool:
    """Whether a decision about a scheduled test depends on what production serves.

    That is the case if the test will be started, or will deploy another production variant. It is always the case if
    production is left open. Otherwise, the test could restore an earlier production variant unnoticed.
    """
    desired, experiment = situation.desired, target.experiment
    if desired.conclusion is not None or not experiment.not_started:
        return False
    if situation.declared.production.complete is None:
        return True
    return desired.schedule.is_due(situation.now) or not matching.production_variant(desired, experiment)


def still_updating(endpoint: ObservedEndpoint | None) -> Wait | None:
    """A wait for the endpoint's update, after which it is known what the endpoint serves."""
    if endpoint is not None and endpoint.in_transition:
        return Wait(f"waiting for endpoint {endpoint.name}: {endpoint.status}")
    return None


def placement_problem(situation: Situation, endpoint: ObservedEndpoint | None) -> str | None:
    """A problem if the declared test would fail on this endpoint, or would change what production serves.

    SageMaker deploys both variants as the experiment declares them, including the production variant. Only its instance
    count may differ from the endpoint (see ``live_count``).
    """
    declared = situation.declared
    if endpoint is None:
        return f"EndpointName: endpoint {declared.endpoint_name} does not exist"
    if endpoint.status != "InService":
        return f"endpoint {endpoint.name} is {endpoint.status}, must be InService{because(endpoint)}"
    if len(endpoint.production) != 1:
        return (
            f"endpoint {endpoint.name} has {len(endpoint.production)} production variants "
            f"({names_of(endpoint.production)}); a shadow test needs an endpoint with exactly one"
        )
    (served,) = endpoint.production
    shadow_name = _shadow_name(situation, served)
    others = tuple(each for each in endpoint.shadows if each.variant_name != shadow_name)
    if others:
        there = names_of(others)
        whose = _whose(situation, others)
        return f"endpoint {endpoint.name} already has shadow variant {there}, and can have only one: {whose}"
    problem = _unknown_problem(endpoint, served) or _mirror_problem(situation, served)
    if problem is None and names.same(shadow_name, served.variant_name):
        return (
            f"the shadow variant has the name of the production variant of endpoint {endpoint.name}, {shadow_name}: "
            "give it another VariantName, or omit it"
        )
    return problem


def _shadow_name(situation: Situation, served: ServedVariant) -> str:
    """The name of the test's shadow variant, even if the rest of what production serves is not known."""
    if situation.observed is not None:
        return situation.desired.shadow_name
    return situation.declared.shadow.variant_name or names.default_shadow(served.variant_name)


def _whose(situation: Situation, shadows: tuple[ServedVariant, ...]) -> str:
    """The known owner of the shadow variant on the endpoint, and what the user can do about it."""
    names_there = {served.variant_name for served in shadows}
    for target in situation.targets:
        if target.experiment.shadow_name in names_there and names.same(
            target.experiment.endpoint_name, situation.declared.endpoint_name
        ):
            return (
                f"it belongs to {target.name}, and no declared ending removes it. Remove it from the endpoint, or "
                "give the shadow variant the same name"
            )
    return (
        "it belongs to another test, or was left behind. `aws sagemaker list-inference-experiments` lists the tests, "
        "and `describe-inference-experiment` shows the endpoint of each. If it belongs to a test, end that test first. "
        f"Only if it does not belong to a test, remove it from the endpoint. {IF_MOVED}"
    )


def _unknown_problem(endpoint: ObservedEndpoint, served: ServedVariant) -> str | None:
    """A problem if production can't be compared with the declaration, because it has no model or no instance type."""
    variant = f"production variant {served.variant_name} of endpoint {endpoint.name}"
    if served.model_name is None and served.instance_type is None:
        config = f"its configuration{f' {endpoint.config_name}' if endpoint.config_name else ''}"
        return (
            f"the model and the instance type of {variant} are not known: {config} was deleted, or has neither. "
            "Update the endpoint to a configuration that exists and has both"
        )
    if served.model_name is None:
        return (
            f"{variant} has no model of its own, as on an endpoint for inference components; a shadow test needs an "
            "endpoint whose production variant has a model"
        )
    if served.instance_type is None:
        return (
            f"{variant} has no instance type, as on a serverless endpoint; a shadow test needs an endpoint whose "
            "production variant runs on instances of one type"
        )
    return None


def _mirror_problem(situation: Situation, served: ServedVariant) -> str | None:
    desired = replace(situation, served=served).desired
    production = desired.production
    of_test = situation.observed is not None and situation.declared.production.complete is None
    of = "the test has" if of_test else "declared"
    differences = []
    if production.variant_name != served.variant_name:
        differences.append(f"VariantName {served.variant_name} ({of} {production.variant_name})")
    if not names.same(production.model_name, served.model_name):
        differences.append(f"ModelName {served.model_name} ({of} {production.model_name})")
    if production.instance_type != served.instance_type:
        differences.append(f"InstanceType {served.instance_type} ({of} {production.instance_type})")
    if not differences:
        return None
    return (
        f"ModelVariants must match what production serves, or the test would change it: endpoint "
        f"{desired.endpoint_name} serves {', '.join(differences)}"
    )


def names_of(variants: tuple[ServedVariant, ...]) -> str:
    return ", ".join(served.variant_name for served in variants) or "nothing"


def configuration_of(endpoint: ObservedEndpoint) -> str:
    """In parentheses; empty if the endpoint reports no configuration."""
    return f" (configuration {endpoint.config_name})" if endpoint.config_name else ""


def because(endpoint: ObservedEndpoint) -> str:
    return f": {endpoint.failure_reason}" if endpoint.failure_reason else ""
