"""Whether the endpoint of a stopped test is as its ending declares.

An experiment's status does not prove that: an endpoint update can roll back silently.
"""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.plan.endpoint import because, configuration_of, names_of
from inference_experiment_handler.plan.resolution import Test
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Action, Ending, ModelVariant


def ending_problem(ending: Ending, test: Test, endpoint: ObservedEndpoint | None) -> str | None:
    """A problem if the test's endpoint is not as the ending declares."""
    shadow = test.shadow_name
    if ending.promotes:
        if endpoint is None:
            return f"endpoint {test.endpoint_name} no longer exists, so shadow variant {shadow} does not serve"
        if _promoted(ending, test, endpoint):
            return (
                _not_in_service(endpoint)
                or _production_left(ending, endpoint)
                or _resize_problem(ending, test, endpoint)
            )
        return (
            f"shadow variant {shadow} does not serve production traffic: endpoint {endpoint.name} serves "
            f"{names_of(endpoint.production)}{configuration_of(endpoint)}{because(endpoint)}"
        )
    there = endpoint is not None and (endpoint.shadows_with(shadow) or endpoint.serves_in_production(shadow))
    if ending.shadow == Action.REMOVE and shadow_left(test, endpoint):
        return shadow_left(test, endpoint)
    if ending.shadow == Action.RETAIN and not there:
        return f"shadow variant {shadow} is no longer on endpoint {test.endpoint_name}"
    return _resize_problem(ending, test, endpoint) if endpoint is not None else None


def stop_problem(
    ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint | None, production: str
) -> str | None:
    """A problem if the endpoint is not as the Stop of a request should leave it.

    ``production``: the model and the instance type that it should keep, if they are not the test's own.
    """
    if not experiment.ran and ending.shadow == Action.REMOVE:
        # It was not deployed, so it can't be resized.
        return shadow_left(experiment, endpoint) or _production_problem(production, endpoint)
    return (
        ending_problem(ending, experiment, endpoint)
        or _production_problem(production, endpoint)
        or _mixed_problem(endpoint)
    )


def shadow_left(test: Test, endpoint: ObservedEndpoint | None) -> str | None:
    """A message if the shadow variant is still on the endpoint. One with another model belongs to another test.

    What was deployed before the start of a test may be older than what the test reports.
    """
    may_be_older = isinstance(test, ObservedExperiment) and (test.may_not_have_started or not test.ran)
    own = None if may_be_older else test.variants.get(test.shadow_name)
    left = [
        served
        for served in (endpoint.shadows if endpoint is not None else ())
        if served.variant_name == test.shadow_name
        and (own is None or served.model_name is None or names.same(served.model_name, own.model_name))
    ]
    if endpoint is None or not left:
        return None
    return (
        f"shadow variant {test.shadow_name} is still on endpoint {endpoint.name}{configuration_of(endpoint)} and is "
        f"still billed{because(endpoint)}"
    )


def _mixed_problem(endpoint: ObservedEndpoint | None) -> str | None:
    """A problem if the endpoint serves neither the old nor the new configuration."""
    if endpoint is None or endpoint.status != "UpdateRollbackFailed":
        return None
    return (
        f"endpoint {endpoint.name} is {endpoint.status}, so it may serve a mix of two configurations{because(endpoint)}"
    )


def _not_in_service(endpoint: ObservedEndpoint) -> str | None:
    if endpoint.status == "InService":
        return None
    return _mixed_problem(endpoint) or f"endpoint {endpoint.name} is {endpoint.status}{because(endpoint)}"


def _production_left(ending: Ending, endpoint: ObservedEndpoint) -> str | None:
    """A problem if the production variant was not removed, or was removed although it should stay."""
    if ending.production != Action.REMOVE and len(endpoint.production) == 1:
        return (
            f"endpoint {endpoint.name} only serves {names_of(endpoint.production)}, but should also serve the "
            f"production variant{because(endpoint)}"
        )
    if ending.production != Action.REMOVE or len(endpoint.production) == 1:
        return None
    return (
        f"endpoint {endpoint.name} still serves {names_of(endpoint.production)}, but should only serve the promoted "
        f"variant{because(endpoint)}"
    )


def _resize_problem(ending: Ending, test: Test, endpoint: ObservedEndpoint) -> str | None:
    """A problem if a variant does not have the instances that ``DesiredModelVariants`` declares."""
    with_shadow = any(desired.variant_name == test.shadow_name for desired in ending.desired_variants)
    for desired in ending.desired_variants:
        if with_shadow and _is_fill_in(desired, test):
            continue
        serving = (*endpoint.production, *endpoint.shadows)
        served = next((each for each in serving if each.variant_name == desired.variant_name), None)
        if served is None and ending.promotes and desired.variant_name == test.shadow_name:
            # SageMaker may give the promoted variant another name.
            served = endpoint.production[0]
        no_surplus = desired.variant_name == test.shadow_name and desired.variant_name not in ending.counts_left_open
        if served is not None and not _has_instances_of(desired, served, no_surplus=no_surplus):
            return (
                f"variant {served.variant_name} of endpoint {endpoint.name} has {_instances_of(served)}, but "
                f"DesiredModelVariants declares {desired.instance_count} of {desired.instance_type}{because(endpoint)}"
            )
    return None


def _instances_of(served: ServedVariant) -> str:
    """What is known of the variant's instances."""
    count = served.instance_count if served.instance_count is not None else served.configured_count
    words = "instances" if count is None else f"{count} instance{'' if count == 1 else 's'}"
    return f"{words} of {served.instance_type or 'an unknown type'}"


def _is_fill_in(desired: ModelVariant, test: Test) -> bool:
    """Whether production is only included because the shadow variant is, without a change of production.

    A test may have more production instances than are declared (see ``live_count``).
    """
    own = test.variants.get(desired.variant_name)
    if own is None or desired.variant_name == test.shadow_name:
        return False
    return replace(own, instance_count=desired.instance_count) == desired and (
        desired.instance_count <= own.instance_count
    )


def _has_instances_of(desired: ModelVariant, served: ServedVariant, *, no_surplus: bool) -> bool:
    """Whether a variant serves with the desired instances. A value that is not known is not a problem.

    Autoscaling may have changed the count since the end of the test. So one of two counts is enough: the current one,
    or that of the endpoint's configuration.

    ``no_surplus``: more instances in both counts are also a problem. Production may have more, because a Stop does not
    remove instances of its type.
    """
    counts = [count for count in (served.instance_count, served.configured_count) if count is not None]
    enough = not counts or max(counts) >= desired.instance_count
    too_many = no_surplus and served.configured_count is not None and min(counts) > desired.instance_count
    return enough and not too_many and served.instance_type in (None, desired.instance_type)


def _production_problem(kept: str, endpoint: ObservedEndpoint | None) -> str | None:
    """A problem if production no longer serves what a Stop had to keep."""
    if not kept or endpoint is None:
        return None
    model, _, instance_type = kept.partition("/")
    for served in endpoint.production:
        same_model = served.model_name is None or names.same(model, served.model_name)
        if same_model and served.instance_type in (None, instance_type):
            return None
    serves = ", ".join(
        f"{each.model_name or 'an unknown model'} on {each.instance_type or 'an unknown instance type'}"
        for each in endpoint.production
    )
    return f"production of endpoint {endpoint.name} serves {serves or 'nothing'} instead of {model} on {instance_type}"


def endpoint_after(ending: Ending, test: Test, endpoint: ObservedEndpoint) -> ObservedEndpoint:
    """The endpoint as it will be when a test that runs on it has ended in this way."""
    promoted = _kept(ending, test)
    if ending.promotes and promoted is not None:
        served = ServedVariant(
            promoted.variant_name, promoted.instance_count, promoted.model_name, promoted.instance_type
        )
        return replace(endpoint, production=(served,), shadows=())
    return endpoint if ending.shadow == Action.RETAIN else replace(endpoint, shadows=())


def _kept(ending: Ending, test: Test) -> ModelVariant | None:
    """The shadow variant as it is deployed when the test has ended in this way."""
    desired = (variant for variant in ending.desired_variants if variant.variant_name == test.shadow_name)
    return next(desired, test.variants.get(test.shadow_name))


def _promoted(ending: Ending, test: Test, endpoint: ObservedEndpoint) -> bool:
    if endpoint.shadows_with(test.shadow_name):
        return False
    promoted = _kept(ending, test)
    named = next((served for served in endpoint.production if served.variant_name == test.shadow_name), None)
    if named is not None:
        return promoted is None or named.model_name is None or names.same(named.model_name, promoted.model_name)
    # If SageMaker gives the promoted variant another name, its model and instances identify it, if they are unique.
    others = [variant for name, variant in test.variants.items() if name != test.shadow_name]
    if promoted is None or any(_is_served(promoted, by.model_name, by.instance_type) for by in others):
        return False
    return any(_is_served(promoted, served.model_name, served.instance_type) for served in endpoint.production)


def _is_served(variant: ModelVariant, model_name: str | None, instance_type: str | None) -> bool:
    return names.same(variant.model_name, model_name) and variant.instance_type == instance_type
