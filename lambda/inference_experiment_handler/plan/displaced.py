"""Whether the endpoint of a running test still serves what the test deployed. Anybody may update or delete it."""

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import ModelVariant


def displaced(experiment: ObservedExperiment, endpoint: ObservedEndpoint | None) -> str | None:
    """How the endpoint differs from what the running test has deployed; ``None`` where it does not."""
    if endpoint is None:
        return f"endpoint {experiment.endpoint_name} of {experiment.name} does not exist any more"
    differences = []
    if not serves_production(experiment, endpoint):
        own = experiment.variants.get(experiment.production_name)
        differences.append(
            f"serves {_in_words(endpoint.production)}, and not {_in_words((own,)) if own else 'its production variant'}"
        )
    if not endpoint.shadows_with(experiment.shadow_name):
        differences.append(f"has no shadow variant {experiment.shadow_name}")
    if not differences:
        return None
    return (
        f"somebody else has updated endpoint {endpoint.name} while {experiment.name} is {experiment.status}: "
        f"it {' and '.join(differences)} (configuration {endpoint.config_name})"
    )


def serves_production(experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether production is the test's own, as far as it is known. Instance counts don't matter: endpoints scale."""
    own = experiment.variants.get(experiment.production_name)
    if own is None or len(endpoint.production) != 1:
        return False
    (served,) = endpoint.production
    return (
        served.variant_name == own.variant_name
        and (served.model_name is None or names.same(served.model_name, own.model_name))
        and served.instance_type in (None, own.instance_type)
    )


def _in_words(variants: tuple[ServedVariant | ModelVariant, ...]) -> str:
    described = (
        f"{each.variant_name} with model {each.model_name or 'unknown'} on {each.instance_type or 'unknown'}"
        for each in variants
    )
    return ", ".join(described) or "nothing"
