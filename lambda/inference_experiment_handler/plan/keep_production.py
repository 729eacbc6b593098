"""What a Stop must send so that production stays as it is served (``DesiredModelVariants``).

A Stop deploys the variants as they are in the experiment, or in ``DesiredModelVariants``. Others may have updated or
scaled the endpoint since the test started.
"""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.model.tags import PendingStop
from inference_experiment_handler.plan.displaced import production_is_known, serves_production, serves_shadow
from inference_experiment_handler.plan.wording import instances_in_words
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Action, Ending, ModelVariant


def removal_that_keeps_production(
    ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint
) -> Ending | None:
    """How a test with this ending is removed; ``None`` if no Stop keeps production.

    A shadow variant that is no longer on the endpoint, or that would replace a production variant unknown to the test,
    can be neither promoted nor kept. The test then ends without it.
    """
    kept = keep_production(ending, experiment, endpoint)
    return kept if kept is not None else keep_production(Ending(), experiment, endpoint)


def keep_production(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> Ending | None:
    """The ending with the values that keep production; ``None`` if no Stop can end the test so and keep it."""
    if ending.shadow != Action.REMOVE and not serves_shadow(experiment, endpoint):
        return None
    if not endpoint.production:
        # An endpoint that has failed serves nothing.
        return ending
    if not serves_production(experiment, endpoint) and not _can_be_named(ending, experiment, endpoint):
        return None
    if not production_is_known(experiment, endpoint):
        return None
    staying = []
    if ending.production != Action.REMOVE:
        staying.append(_production(ending, experiment, endpoint.production[0]))
    if ending.shadow != Action.REMOVE:
        staying.append(_shadow(ending, experiment, endpoint))
    as_tested = all(variant == experiment.variants.get(variant.variant_name) for variant in staying)
    # What was deployed before the start may be older than what the experiment reports now.
    if as_tested and not experiment.may_not_have_started and not ending.desired_variants:
        return ending
    return replace(ending, desired_variants=tuple(staying))


def kept_otherwise(ending: Ending, experiment: ObservedExperiment) -> str:
    """What production must serve after this ending, if it is not the test's own: model and instance type."""
    kept = _declared(ending, experiment.production_name)
    if kept is None or _same(kept, experiment.variants.get(experiment.production_name)):
        return ""
    return f"{kept.model_name}/{kept.instance_type}"


def fewer_instances(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> str:
    """A message if a promoted variant has fewer instances than production, of another type; empty otherwise."""
    promoted = _declared(ending, experiment.shadow_name) or experiment.variants.get(experiment.shadow_name)
    if not ending.promotes or promoted is None or len(endpoint.production) != 1:
        return ""
    (served,) = endpoint.production
    count, instance_type = served.instance_count or served.configured_count, served.instance_type
    if not count or not instance_type or promoted.instance_type == instance_type or promoted.instance_count >= count:
        return ""
    serves = instances_in_words(promoted.instance_count, promoted.instance_type)
    return f"{promoted.variant_name} serves on {serves}, instead of {instances_in_words(count, instance_type)}"


def as_intended(ending: Ending, intent: PendingStop, experiment: ObservedExperiment) -> Ending:
    """The ending that a Stop should achieve, as it was recorded.

    It differs from the declared one if no Stop could end the test so and keep production, or if the tags did not show
    yet that the test was completely created.
    """
    if intent.action == ending.shadow and intent.production == kept_otherwise(ending, experiment):
        return ending
    production = Action.REMOVE if intent.action == Action.PROMOTE else Action.RETAIN
    # What production should be is recorded. The declared values of the shadow variant apply if it was to stay.
    kept = (_declared(ending, experiment.shadow_name),) if intent.action == ending.shadow else ()
    return Ending(
        production=production,
        shadow=intent.action,
        desired_variants=tuple(filter(None, kept)),
        counts_left_open=ending.counts_left_open,
    )


def _can_be_named(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether a Stop can specify what production serves, if it is not the test's own."""
    if ending.production == Action.REMOVE or len(endpoint.production) != 1:
        return False
    (served,) = endpoint.production
    if served.variant_name != experiment.production_name or served.variant_name not in experiment.variants:
        return False
    if not served.model_name or not served.instance_type:
        return False
    declared = _declared(ending, experiment.production_name)
    return declared is None or _is_the_tests_own(declared, experiment) or _same(declared, _as_served(declared, served))


def _production(ending: Ending, experiment: ObservedExperiment, served: ServedVariant) -> ModelVariant:
    """Production as it is served, or with its declared instance type, and never with fewer instances."""
    declared = _declared(ending, experiment.production_name)
    as_served = _as_served(experiment.variants[experiment.production_name], served)
    if declared is None:
        return as_served
    if _is_the_tests_own(declared, experiment):
        # If one variant is resized, the other one must be included. That does not show what it has become since.
        return replace(as_served, instance_count=max(as_served.instance_count, declared.instance_count))
    if declared.instance_type != as_served.instance_type:
        return declared
    return replace(declared, instance_count=max(declared.instance_count, as_served.instance_count))


def _shadow(ending: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> ModelVariant:
    declared = _declared(ending, experiment.shadow_name)
    if declared is not None:
        return _bearing(declared, ending, endpoint.production[0]) if _left_open(ending, declared) else declared
    live = next(served for served in endpoint.shadows if served.variant_name == experiment.shadow_name)
    return _bearing(_as_served(experiment.variants[experiment.shadow_name], live), ending, endpoint.production[0])


def _bearing(shadow: ModelVariant, ending: Ending, production: ServedVariant) -> ModelVariant:
    """A variant that receives production's traffic must have enough instances."""
    if not ending.promotes or production.instance_type not in (None, shadow.instance_type):
        return shadow
    count = production.instance_count or production.configured_count or 1
    return replace(shadow, instance_count=max(shadow.instance_count, count))


def _left_open(ending: Ending, variant: ModelVariant) -> bool:
    return variant.variant_name in ending.counts_left_open


def _declared(ending: Ending, name: str) -> ModelVariant | None:
    return next((variant for variant in ending.desired_variants if variant.variant_name == name), None)


def _as_served(variant: ModelVariant, served: ServedVariant) -> ModelVariant:
    """Unknown values of the served variant are those of the test. SageMaker ignores the case of model names."""
    other_model = served.model_name is not None and not names.same(served.model_name, variant.model_name)
    return ModelVariant(
        variant.variant_name,
        served.model_name if other_model and served.model_name else variant.model_name,
        served.instance_type or variant.instance_type,
        served.instance_count or served.configured_count or variant.instance_count,
    )


def _is_the_tests_own(declared: ModelVariant, experiment: ObservedExperiment) -> bool:
    return _same(declared, experiment.variants.get(declared.variant_name))


def _same(one: ModelVariant, other: ModelVariant | None) -> bool:
    """Whether they are the same, except for their instance counts."""
    return (
        other is not None and names.same(one.model_name, other.model_name) and one.instance_type == other.instance_type
    )
