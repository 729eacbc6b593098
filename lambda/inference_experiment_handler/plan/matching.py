"""Compares the desired and the observed value of a field.

If SageMaker's behavior is not documented, a comparison results in ``UNKNOWN`` or is lenient. Otherwise, it could cause
an update again and again.
"""

from datetime import datetime
from enum import Enum

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Desired


class Match(Enum):
    """How the desired value relates to the observed one."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """The observed value does not show it, for example if one is a key's alias and the other its id. What was applied
    last then decides."""
    NOT_DECLARED = "not declared"
    """The live value is not the desired one, but that may not be due to a change of the desired one: a value although
    none is desired, which is SageMaker's default or a previous one, or an early start. What was applied last decides.
    If that is not known, a takeover treats it as different."""


def match_if(same: bool) -> Match:
    return Match.SAME if same else Match.DIFFERENT


def model_variants(desired: Desired, observed: ObservedExperiment, _: datetime) -> Match:
    """A test has more production instances than declared if the endpoint had more (see ``live_count``)."""
    if desired.variants.keys() != observed.variants.keys():
        return Match.DIFFERENT
    same = all(
        names.same(variant.model_name, observed.variants[name].model_name)
        and variant.instance_type == observed.variants[name].instance_type
        and (variant.instance_count == observed.variants[name].instance_count or variant is desired.production)
        for name, variant in desired.variants.items()
    )
    production = desired.production
    surplus = observed.variants[production.variant_name].instance_count - production.instance_count
    if not same or surplus < 0:
        return Match.DIFFERENT
    return Match.UNKNOWN if surplus else Match.SAME


def production_variant(desired: Desired, observed: ObservedExperiment) -> bool:
    """Whether the test deploys production as declared, or with more instances (see ``live_count``)."""
    declared, own = desired.production, observed.variants.get(desired.production.variant_name)
    return (
        own is not None
        and names.same(declared.model_name, own.model_name)
        and declared.instance_type == own.instance_type
        and declared.instance_count <= own.instance_count
    )


def data_storage(desired: Desired, observed: ObservedExperiment, _: datetime) -> Match:
    storage, live = desired.data_storage, observed.data_storage
    if storage is None:
        return Match.NOT_DECLARED if live is not None else Match.SAME
    if live is None or storage.destination.rstrip("/") != live.destination.rstrip("/"):
        return Match.DIFFERENT
    matches = (
        kms_key(storage.kms_key, live.kms_key),
        _content_types(storage.csv_content_types, live.csv_content_types),
        _content_types(storage.json_content_types, live.json_content_types),
    )
    worst_first = (Match.DIFFERENT, Match.NOT_DECLARED, Match.UNKNOWN)
    return next((worst for worst in worst_first if worst in matches), Match.SAME)


def _content_types(desired: tuple[str, ...] | None, observed: tuple[str, ...] | None) -> Match:
    if desired is None:
        return Match.NOT_DECLARED if observed is not None else Match.SAME
    return match_if(observed is not None and set(desired) == set(observed))


def kms_key(desired: str | None, observed: str | None) -> Match:
    """A key can be given by its id, ARN, alias or alias ARN, and SageMaker may report another one of these."""
    if desired is None:
        return Match.NOT_DECLARED if observed else Match.SAME
    if observed is None:
        return Match.DIFFERENT
    named, reported = _key_name(desired), _key_name(observed)
    if named.startswith("alias/") != reported.startswith("alias/"):
        return Match.UNKNOWN
    return match_if(named == reported)


def _key_name(key: str) -> str:
    name = key.rpartition(":")[2]
    return name.removeprefix("key/")
