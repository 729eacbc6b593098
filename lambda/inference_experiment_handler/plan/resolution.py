"""The values that a declaration leaves open: those of the test if it exists, and otherwise those of its endpoint.

So a test never differs from a declaration that leaves values open, even if the endpoint serves something else later.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from inference_experiment_handler.model.observed import ObservedExperiment, ServedVariant
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import (
    Declaration,
    DeclaredEnding,
    DeclaredVariant,
    Desired,
    Ending,
    ModelVariant,
)


class Test(Protocol):
    """The common members of a declaration and an observed experiment."""

    @property
    def endpoint_name(self) -> str: ...
    @property
    def shadow_name(self) -> str: ...
    @property
    def variants(self) -> Mapping[str, ModelVariant]: ...


def resolve_by_test(declared: Declaration, experiment: ObservedExperiment) -> Desired:
    """The desired state of a test that exists."""
    desired = _desired(
        declared,
        declared.production.like(_reported(experiment, experiment.production_name)),
        declared.shadow.like(_reported(experiment, experiment.shadow_name)),
    )
    if declared.conclusion is None:
        return desired
    return replace(desired, conclusion=resolve_ending(declared.conclusion, experiment))


def resolve_by_endpoint(declared: Declaration, served: ServedVariant | None) -> Desired | None:
    """The desired state of a test that will be created; ``None`` if it is not known what production serves.

    The shadow variant is deployed on the same instances as production.
    """
    as_served = _served(served)
    production = declared.production.complete
    if production is None and as_served is not None:
        production = declared.production.like(as_served)
    if production is None:
        return None
    count = (served.instance_count or served.configured_count or 0) if served is not None else 0
    shadow = ModelVariant(
        names.default_shadow(production.variant_name),
        production.model_name,
        production.instance_type,
        max(production.instance_count, count),
    )
    return _desired(declared, production, declared.shadow.like(shadow))


def resolve_by_promotion(declared: Declaration, served: ServedVariant | None) -> Desired | None:
    """The same for a test without a record, if production now serves its promoted shadow variant."""
    as_served = _served(served)
    if as_served is None or declared.shadow.variant_name is not None:
        return resolve_by_endpoint(declared, served)
    if not names.same(as_served.model_name, declared.shadow.model_name):
        return None
    return _desired(declared, declared.production.like(as_served), declared.shadow.like(as_served))


def resolve_ending(declared: DeclaredEnding, test: Test) -> Ending:
    """The desired ending: values that are left open are those of the test."""
    if isinstance(declared, Ending):
        return declared
    found = [(variant, _desired_variant(variant, test)) for variant in declared.desired_variants]
    variants = tuple(resolved for _, resolved in found if resolved is not None)
    left_open = tuple(
        resolved.variant_name for given, resolved in found if resolved is not None and given.instance_count is None
    )
    return Ending(**{**vars(declared), "desired_variants": variants, "counts_left_open": left_open})


def _desired(declared: Declaration, production: ModelVariant, shadow: ModelVariant) -> Desired:
    return Desired(**{**vars(declared), "production": production, "shadow": shadow})


def _reported(experiment: ObservedExperiment, name: str) -> ModelVariant:
    """The test's variant. If SageMaker reports none, the comparison rejects the test."""
    return experiment.variants.get(name) or ModelVariant(name, "", "", 0)


def _served(served: ServedVariant | None) -> ModelVariant | None:
    if served is None or served.model_name is None or served.instance_type is None:
        return None
    count = served.instance_count or served.configured_count or 1
    return ModelVariant(served.variant_name, served.model_name, served.instance_type, count)


def _desired_variant(declared: DeclaredVariant, test: Test) -> ModelVariant | None:
    own = test.variants.get(declared.variant_name or test.shadow_name)
    return declared.complete or (declared.like(own) if own is not None else None)
