"""What SageMaker deploys to an endpoint when a test starts, is updated, and is stopped."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.spec.declaration import Action, ModelVariant


def updating(endpoint: ObservedEndpoint) -> ObservedEndpoint:
    return replace(endpoint, status="Updating")


def under_test(experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> ObservedEndpoint:
    """The endpoint once the test runs: both variants as the experiment has them."""
    production, shadow = (experiment.variants[name] for name in (experiment.production_name, experiment.shadow_name))
    return replace(endpoint, status="InService", production=(_served(production),), shadows=(_served(shadow),))


def after_stop(
    experiment: ObservedExperiment, endpoint: ObservedEndpoint, arguments: Mapping[str, Any]
) -> ObservedEndpoint:
    """The endpoint once the test is stopped with these arguments.

    It serves the test's own variants, resized as ``DesiredModelVariants`` says.

    A promoted variant is assumed to keep its name, which is not documented.
    """
    desired = {each["VariantName"]: _read(each) for each in arguments.get("DesiredModelVariants", ())}
    variants = {**experiment.variants, **desired}
    actions = arguments["ModelVariantActions"]
    production, shadow = (variants[name] for name in (experiment.production_name, experiment.shadow_name))
    action = actions[shadow.variant_name]
    serving = [production] if actions[production.variant_name] != Action.REMOVE else []
    serving += [shadow] if action == Action.PROMOTE else []
    return replace(
        endpoint,
        status="InService",
        production=tuple(map(_served, serving)),
        shadows=(_served(shadow),) if action == Action.RETAIN else (),
    )


def _served(variant: ModelVariant) -> ServedVariant:
    count = variant.instance_count
    return ServedVariant(variant.variant_name, count, variant.model_name, variant.instance_type, count)


def _read(entry: Mapping[str, Any]) -> ModelVariant:
    instances = entry["InfrastructureConfig"]["RealTimeInferenceConfig"]
    return ModelVariant(entry["VariantName"], entry["ModelName"], instances["InstanceType"], instances["InstanceCount"])
