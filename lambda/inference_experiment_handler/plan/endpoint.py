"""What an endpoint serves, and whether a test may be put on it."""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.plan import matching
from inference_experiment_handler.plan.situation import Situation, Target
from inference_experiment_handler.plan.wording import IF_MOVED
from inference_experiment_handler.spec import names


def placement_matters(situation: Situation, target: Target) -> bool:
    """Whether what production serves decides about a scheduled test.

    That is where the test is about to be started, or to change what it deploys as the production variant; and always
    where production is left open, as nobody else would say that the test puts back what was served before.
    """
    desired, experiment = situation.desired, target.experiment
    if desired.conclusion is not None or not experiment.not_started:
        return False
    if situation.declared.production.complete is None:
        return True
    return desired.schedule.is_due(situation.now) or not matching.production_variant(desired, experiment)


def still_updating(endpoint: ObservedEndpoint | None) -> Wait | None:
    """What an endpoint serves can be judged once its update is over."""
    if endpoint is not None and endpoint.in_transition:
        return Wait(f"waiting for endpoint {endpoint.name}: {endpoint.status}")
    return None


def placement_problem(situation: Situation, endpoint: ObservedEndpoint | None) -> str | None:
    """Why a test as declared would fail on this endpoint, or would change what production serves.

    SageMaker deploys both variants as the experiment declares them, the production variant too. Only its instance count
    need not be declared as it is (see ``live_count``).
    """
    declared = situation.declared
    if endpoint is None:
        return f"EndpointName: there is no endpoint {declared.endpoint_name}"
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
        return f"endpoint {endpoint.name} has shadow variant {there} already, and can have only one: {whose}"
    problem = _unknown_problem(endpoint, served) or _mirror_problem(situation, served)
    if problem is None and names.same(shadow_name, served.variant_name):
        return (
            f"the shadow variant is named {shadow_name}, as the production variant of endpoint {endpoint.name} is: "
            "give it another VariantName, or leave its name out"
        )
    return problem


def _shadow_name(situation: Situation, served: ServedVariant) -> str:
    """The name of the test's shadow variant, even if nothing else is known of what production serves."""
    if situation.observed is not None:
        return situation.desired.shadow_name
    return situation.declared.shadow.variant_name or names.default_shadow(served.variant_name)


def _whose(situation: Situation, shadows: tuple[ServedVariant, ...]) -> str:
    """Whose shadow variant is there, as far as it was observed, and what can be done about it."""
    names_there = {served.variant_name for served in shadows}
    for target in situation.targets:
        if target.experiment.shadow_name in names_there and names.same(
            target.experiment.endpoint_name, situation.declared.endpoint_name
        ):
            return (
                f"it is that of {target.name}, and no stop is declared that removes it. Take it off the endpoint, or "
                "give the shadow variant its name"
            )
    return (
        "it is another test's, or somebody has left it. `aws sagemaker list-inference-experiments` lists the tests, "
        "and `describe-inference-experiment` tells the endpoint of each. If it is a test's, that test has to end "
        f"first. Only if it is no test's, take it off the endpoint. {IF_MOVED}"
    )


def _unknown_problem(endpoint: ObservedEndpoint, served: ServedVariant) -> str | None:
    """Why what production serves can't be compared with what is declared: it has no model or no instance type."""
    variant = f"production variant {served.variant_name} of endpoint {endpoint.name}"
    if served.model_name is None and served.instance_type is None:
        config = f"its configuration{f' {endpoint.config_name}' if endpoint.config_name else ''}"
        return (
            f"what {variant} serves is not known: {config} was deleted, or names neither a model nor an instance type. "
            "Update the endpoint to a configuration that is there and names both"
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
        f"ModelVariants must mirror what production serves, or the test would change it: endpoint "
        f"{desired.endpoint_name} serves {', '.join(differences)}"
    )


def names_of(variants: tuple[ServedVariant, ...]) -> str:
    return ", ".join(served.variant_name for served in variants) or "nothing"


def because(endpoint: ObservedEndpoint) -> str:
    return f": {endpoint.failure_reason}" if endpoint.failure_reason else ""
