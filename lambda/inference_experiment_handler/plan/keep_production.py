"""What a Stop has to send so that production stays as it is served (``DesiredModelVariants``).

A Stop deploys the variants as the experiment has them, or as ``DesiredModelVariants`` says. Others may have updated or
scaled the endpoint since the test started.
"""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.plan.displaced import serves_production
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Action, Ending, ModelVariant


def keep_production(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> Ending | None:
    """The ending with what keeps production; ``None`` where no Stop can end the test so, and keep it."""
    if not serves_production(experiment, endpoint) and not _can_be_kept(ending, experiment, endpoint):
        return None
    declared = {variant.variant_name: variant for variant in ending.desired_variants}
    staying = [
        _not_shrunk(declared[variant.variant_name], experiment, endpoint)
        if variant.variant_name in declared
        else _as_served(variant, ending, experiment, endpoint)
        for variant in experiment.variants.values()
        if _action(ending, experiment, variant.variant_name) != Action.REMOVE
    ]
    if not declared and all(variant == experiment.variants[variant.variant_name] for variant in staying):
        return ending
    return replace(ending, desired_variants=tuple(staying))


def kept_model(experiment: ObservedExperiment, ending: Ending) -> str | None:
    """The model that production serves in place of the test's own, where a Stop has to keep it."""
    own = experiment.variants.get(experiment.production_name)
    kept = next((each for each in ending.desired_variants if each.variant_name == experiment.production_name), None)
    if own is None or kept is None or names.same(own.model_name, kept.model_name):
        return None
    return kept.model_name


def _can_be_kept(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether a Stop can name what is served, which is not the test's own."""
    if ending.production == Action.REMOVE or len(endpoint.production) != 1:
        return False
    if ending.shadow != Action.REMOVE and not endpoint.shadows_with(experiment.shadow_name):
        return False
    (served,) = endpoint.production
    declared = next((each for each in ending.desired_variants if each.variant_name == served.variant_name), None)
    if served.variant_name != experiment.production_name or not served.model_name or not served.instance_type:
        return False
    return declared is None or names.same(declared.model_name, served.model_name)


def _not_shrunk(declared: ModelVariant, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> ModelVariant:
    """As declared, but production keeps the instances that it has: it may have scaled since it was declared."""
    (served,) = endpoint.production
    is_production = declared.variant_name == experiment.production_name
    if not is_production or declared.instance_type != served.instance_type:
        return declared
    return replace(declared, instance_count=max(declared.instance_count, served.instance_count or 0))


def _as_served(
    variant: ModelVariant, ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint
) -> ModelVariant:
    production = endpoint.production[0] if len(endpoint.production) == 1 else None
    if variant.variant_name == experiment.production_name:
        return _like(variant, production)
    live = next((each for each in endpoint.shadows if each.variant_name == variant.variant_name), None)
    shadow = _like(variant, live)
    if not ending.promotes or production is None or production.instance_type != shadow.instance_type:
        return shadow
    # What takes over production's traffic has to bear it.
    return replace(shadow, instance_count=max(shadow.instance_count, production.instance_count or 1))


def _like(variant: ModelVariant, served: ServedVariant | None) -> ModelVariant:
    if served is None:
        return variant
    return ModelVariant(
        variant.variant_name,
        served.model_name
        if served.model_name and not names.same(served.model_name, variant.model_name)
        else variant.model_name,
        served.instance_type or variant.instance_type,
        served.instance_count or variant.instance_count,
    )


def _action(ending: Ending, experiment: ObservedExperiment, variant_name: str) -> str:
    return ending.production if variant_name == experiment.production_name else ending.shadow
