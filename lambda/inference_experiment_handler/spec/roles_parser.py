"""Which variant is which: ``ShadowModeConfig``, and the names in ``ModelVariants``."""

from typing import NamedTuple

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.names import default_shadow, same
from inference_experiment_handler.spec.reader import OPAQUE, Reader
from inference_experiment_handler.spec.text import either, shown


class ShadowMode(NamedTuple):
    """``ShadowModeConfig``: the names of both variants, if given, and the percentage of requests that are copied."""

    production: str | None
    shadow: str | None
    sampling_percentage: int


class Roles(NamedTuple):
    """The names of both variants, and their indexes in ``ModelVariants``. ``None`` is left open.

    A name may be ``OPAQUE``: given, but not known yet.
    """

    production: str | None
    shadow: str | None
    production_at: int | None
    shadow_at: int

    @property
    def shadow_in_properties(self) -> str:
        """The shadow variant's name in the properties, even if its name is left open."""
        if self.shadow is not None:
            return self.shadow
        return default_shadow("" if self.production is None or self.production is OPAQUE else self.production)

    @property
    def in_properties(self) -> list[str]:
        """The names that the properties can use for the variants."""
        return [name for name in (self.production, self.shadow_in_properties) if name is not None]


def read_shadow_mode(reader: Reader) -> ShadowMode | None:
    config = reader.child("ShadowModeConfig", required=True)
    if config is None:
        return None
    production = config.text("SourceModelVariantName", limits.VARIANT_NAME)
    shadows = config.children("ShadowModelVariants", count=range(1, 2), required=True)
    config.finish()
    if shadows is None:
        return None
    shadow = shadows[0].text("ShadowModelVariantName", limits.VARIANT_NAME)
    sampling = shadows[0].integer("SamplingPercentage", limits.SAMPLING_PERCENTAGE, required=True)
    shadows[0].finish()
    faulty = (production is None and config.has("SourceModelVariantName")) or (
        shadow is None and shadows[0].has("ShadowModelVariantName")
    )
    if None not in (production, shadow) and OPAQUE not in (production, shadow) and same(production, shadow):
        shadows[0].fault(
            "ShadowModelVariantName", f"is {shown(shadow)}, which is the production variant's name, must be another"
        )
        # With one name for both variants, the rest can't be checked.
        faulty = True
    # An invalid percentage is already reported. The names are still used to check the rest.
    return None if faulty else ShadowMode(production, shadow, sampling)


def read_roles(reader: Reader, mode: ShadowMode | None, entries: list[Reader] | None) -> Roles | None:
    """``None`` if the given names don't show the roles. Reads the ``VariantName`` of each entry."""
    names = [entry.text("VariantName", limits.VARIANT_NAME) for entry in entries or []]
    faulty = any(name is None and entry.has("VariantName") for name, entry in zip(names, entries or [], strict=True))
    if mode is None or not names or faulty:
        return None
    return _of_one_entry(reader, mode, names[0]) if len(names) == 1 else _of_two_entries(reader, mode, names)


def _of_one_entry(reader: Reader, mode: ShadowMode, name: str | None) -> Roles | None:
    """The only entry is the shadow variant. Production is as the endpoint serves it."""
    if name is not None and name == mode.production and name is not OPAQUE:
        of = f" {shown(mode.shadow)}" if mode.shadow is not None and mode.shadow is not OPAQUE else ""
        reader.fault("ModelVariants", f"has only {shown(name)}, must have an entry for the shadow variant{of}")
        return None
    if OPAQUE not in (name, mode.shadow) and None not in (name, mode.shadow) and name != mode.shadow:
        _report_missing(reader, "shadow", mode.shadow)
        return None
    return Roles(mode.production, mode.shadow if name is None else name, None, 0)


def _of_two_entries(reader: Reader, mode: ShadowMode, names: list[str | None]) -> Roles | None:
    """An entry without a name is the shadow variant."""
    if OPAQUE in (*names, mode.production, mode.shadow):
        return None
    if names[0] == names[1]:
        if names[0] is None:
            said = "has two entries without VariantName, must have at most one: that of the shadow variant"
        else:
            wanted = (f"one for {shown(name)}" for name in (mode.production, mode.shadow) if name is not None)
            said = f"has {shown(names[0])} twice, must have {' and '.join(wanted) or 'one for each variant'}"
        reader.fault("ModelVariants", said)
        return None
    missing = [
        (role, name)
        for role, name in (("production", mode.production), ("shadow", mode.shadow))
        if name is not None and name not in names and not (role == "shadow" and None in names)
    ]
    for role, name in missing:
        _report_missing(reader, role, name)
    if missing:
        return None
    if None in names and mode.production is None and mode.shadow is not None and mode.shadow in names:
        at = names.index(None)
        reader.fault(f"ModelVariants[{at}].VariantName", "is missing")
        return None
    named = [name for name in names if name is not None and name != mode.shadow]
    production = mode.production if mode.production is not None or len(named) > 1 else named[0]
    if production is None:
        reader.fault(
            "ShadowModeConfig",
            f"names neither variant, must have SourceModelVariantName: {either([str(name) for name in names])}",
        )
        return None
    at = names.index(production)
    shadow = names[1 - at]
    if None not in (shadow, mode.shadow) and shadow != mode.shadow:
        _report_missing(reader, "shadow", mode.shadow)
        return None
    return Roles(production, mode.shadow if shadow is None else shadow, at, 1 - at)


def _report_missing(reader: Reader, role: str, name: str | None) -> None:
    reader.fault("ModelVariants", f"has no entry for the {role} variant {shown(name)} that ShadowModeConfig names")
