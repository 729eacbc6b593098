"""Whether the endpoint of a running test still serves what the test deployed. Others can update or delete it."""

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.plan.endpoint import configuration_of
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import ModelVariant


def displaced(experiment: ObservedExperiment, endpoint: ObservedEndpoint | None) -> str | None:
    """How the endpoint differs from what the running test deployed; ``None`` if it does not."""
    if endpoint is None:
        return f"endpoint {experiment.endpoint_name} of {experiment.name} no longer exists"
    differences = []
    if not serves_production(experiment, endpoint):
        own = experiment.variants.get(experiment.production_name)
        differences.append(
            f"serves {_in_words(endpoint.production)}, not {_in_words((own,)) if own else 'its production variant'}"
        )
    elif not production_is_known(experiment, endpoint):
        differences.append(f"serves {_in_words(endpoint.production)}, so it may not be the test's own")
    if not serves_shadow(experiment, endpoint):
        own = experiment.variants.get(experiment.shadow_name)
        found = f", but {_in_words(endpoint.shadows)}" if endpoint.shadows else ""
        model = f" with model {own.model_name}" if own and endpoint.shadows else ""
        differences.append(f"has no shadow variant {experiment.shadow_name}{model}{found}")
    if not differences:
        return None
    return (
        f"endpoint {endpoint.name} was changed while {experiment.name} is {experiment.status}: "
        f"it {' and '.join(differences)}{configuration_of(endpoint)}"
    )


def serves_production(experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether production is the test's own, as far as it is known. Instance counts may differ: endpoints scale."""
    if len(endpoint.production) != 1:
        return False
    return _is_own(endpoint.production[0], experiment.variants.get(experiment.production_name))


def serves_shadow(experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether the test's own shadow variant is on the endpoint, as far as it is known."""
    own = experiment.variants.get(experiment.shadow_name)
    return any(_is_own(served, own) for served in endpoint.shadows)


def production_is_known(experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether production's model and instance type are known, or can be assumed to be those of the test.

    They are assumed to be those of the test while its shadow variant is on the endpoint. Otherwise, nothing of the test
    is deployed yet, or somebody has changed the endpoint, and perhaps production, too.
    """
    if serves_shadow(experiment, endpoint):
        return True
    return all(served.model_name and served.instance_type for served in endpoint.production)


def _is_own(served: ServedVariant, own: ModelVariant | None) -> bool:
    return (
        own is not None
        and served.variant_name == own.variant_name
        and (served.model_name is None or names.same(served.model_name, own.model_name))
        and served.instance_type in (None, own.instance_type)
    )


def _in_words(variants: tuple[ServedVariant | ModelVariant, ...]) -> str:
    described = (
        f"{each.variant_name} with model {each.model_name or 'unknown'} on {each.instance_type or 'unknown'}"
        for each in variants
    )
    return ", ".join(described) or "nothing"
