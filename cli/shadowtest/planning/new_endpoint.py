"""An endpoint that the deployment creates before the test. It serves what its configuration declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.spec.declaration import Declaration, DeclaredVariant
from shadowtest.planning.endpoint_changes import EndpointChange
from shadowtest.planning.placeholders import PLACEHOLDER, value_at
from shadowtest.values.unknown import KnownAtDeployment


@dataclass(frozen=True)
class NewEndpoint:
    """An endpoint in service, with a placeholder for each unknown value.

    ``knows_count``: the number of its production instances is known.
    """

    observed: ObservedEndpoint
    knows_count: bool

    @property
    def is_known(self) -> bool:
        """Whether everything that a test depends on is known."""
        return self.knows_count and not any(PLACEHOLDER in vars(each).values() for each in self.observed.production)


def new_endpoint(name: str, change: EndpointChange, declared: Declaration, properties: Any) -> NewEndpoint | str:
    """The endpoint under this name, or a clause that says why it is not known what the endpoint serves.

    A configuration that already exists, or that is in another template, is assumed to serve what the test needs.
    ``properties``: the properties of the test, in which each unknown value is a ``KnownAtDeployment``.
    """
    if change.config is None:
        served = _as_needed(declared.production)
        return NewEndpoint(_in_service(name, (served,), ()), knows_count=False)
    unknown = f"{change.why}, and what it serves is known only at deployment"
    if isinstance(change.config, KnownAtDeployment):
        return f"{unknown} ({change.config.why})"
    entries = change.config.get("ProductionVariants", []), change.config.get("ShadowProductionVariants", [])
    for each in (*entries, *(entry for some in entries if isinstance(some, list) for entry in some)):
        if isinstance(each, KnownAtDeployment):
            return f"{unknown} ({each.why})"
    production, shadows = ([entry for entry in some if isinstance(entry, Mapping)] for some in entries)
    model = _declared_model(declared, properties)
    for each in production if len(production) == 1 else ():
        problem = _not_comparable(each, declared.production, model)
        if problem is not None:
            return f"{unknown} ({problem.why})"
    serves = [tuple(_served(each) for each in some) for some in (production, shadows)]
    knows_count = all(each.configured_count is not None for each in serves[0])
    return NewEndpoint(_in_service(name, *serves), knows_count)


def _declared_model(declared: Declaration, properties: Any) -> Any:
    """The model that is declared for the production variant; ``None`` if it is left open."""
    name = declared.production.variant_name
    variants = value_at(properties, ("ModelVariants",)) or []
    return next((each.get("ModelName") for each in variants if name and each.get("VariantName") == name), None)


def _not_comparable(entry: Mapping[str, Any], declared: DeclaredVariant, model: Any) -> KnownAtDeployment | None:
    """An unknown value of the variant that can't be compared with the declaration. Equal unknowns have one value."""
    compared = [
        (entry.get("VariantName"), declared.variant_name),
        (entry.get("ModelName"), model),
        (entry.get("InstanceType"), declared.instance_type),
    ]
    for there, needed in compared:
        unknown = next((each for each in (there, needed) if isinstance(each, KnownAtDeployment)), None)
        if unknown is not None and needed is not None and there != needed:
            return unknown
    return None


def _as_needed(production: DeclaredVariant) -> ServedVariant:
    return ServedVariant(
        production.variant_name or PLACEHOLDER,
        production.instance_count,
        production.model_name or PLACEHOLDER,
        production.instance_type or PLACEHOLDER,
        production.instance_count,
    )


def _served(entry: Mapping[str, Any]) -> ServedVariant:
    count = str(entry.get("InitialInstanceCount", ""))
    return ServedVariant(
        _known(entry.get("VariantName")) or PLACEHOLDER,
        model_name=_known(entry.get("ModelName")),
        instance_type=_known(entry.get("InstanceType")),
        configured_count=int(count) if count.isdecimal() else None,
    )


def _known(value: Any) -> str | None:
    if isinstance(value, KnownAtDeployment):
        return PLACEHOLDER
    return str(value) if value is not None else None


def _in_service(
    name: str, production: tuple[ServedVariant, ...], shadows: tuple[ServedVariant, ...]
) -> ObservedEndpoint:
    return ObservedEndpoint(name, "InService", PLACEHOLDER, production, shadows)
