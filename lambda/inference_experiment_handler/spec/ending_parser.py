"""How a test ends: ``DesiredState`` and its related properties, and ``OnDelete``."""

from dataclasses import replace

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import (
    DESIRED_STATES,
    Action,
    DeclaredEnding,
    DeclaredVariant,
    Removal,
)
from inference_experiment_handler.spec.reader import OPAQUE, Reader
from inference_experiment_handler.spec.roles_parser import Roles
from inference_experiment_handler.spec.text import either, shown
from inference_experiment_handler.spec.variants_parser import read_variant

ACTIONS = tuple(map(str, Action))
RECORDS = ("Delete", "Retain")


def read_conclusion(reader: Reader, roles: Roles | None) -> DeclaredEnding | None:
    desired_state = reader.choice("DesiredState", DESIRED_STATES)
    ending = _ending(reader, roles, desired_state)
    if desired_state is not None:
        return ending
    if reader.has("ModelVariantActions") or reader.has("DesiredModelVariants") or reader.has("Reason"):
        # Otherwise, adding DesiredState later would perform these actions, which nobody may remember.
        reader.fault(
            "DesiredState",
            "is missing, but ModelVariantActions, DesiredModelVariants or Reason is given: add DesiredState to end the "
            "test now, or move them to OnDelete to end it when the resource is deleted",
        )
    return None


def read_removal(reader: Reader, roles: Roles | None) -> Removal:
    desired_state = reader.choice("DesiredState", DESIRED_STATES)
    ending = _ending(reader, roles, desired_state)
    record = reader.choice("Record", RECORDS)
    reader.refuse(
        "PromoteIf",
        "is given, must be omitted: a Delete must not fail because of metrics, so it does not wait for any. Give "
        "PromoteIf beside DesiredState",
    )
    reader.finish()
    return Removal(ending, keeps_record=record == "Retain")


def _ending(reader: Reader, roles: Roles | None, desired_state: str | None) -> DeclaredEnding:
    given = reader.has("ModelVariantActions")
    production, shadow = (
        _actions(reader.child("ModelVariantActions"), roles) if given else (Action.RETAIN, Action.REMOVE)
    )
    entries = reader.children("DesiredModelVariants", count=range(1, 3))
    variants = _desired_variants(reader, entries or [], roles, (production, shadow))
    reason = reader.text("Reason", limits.REASON)
    return DeclaredEnding(production, shadow, desired_state or "Cancelled", variants, reason)


def _actions(reader: Reader | None, roles: Roles | None) -> tuple[str, str]:
    """If there is no action for production, it follows from the action for the shadow variant."""
    actions = dict(reader.items()) if reader else {}
    if reader is None or roles is None or OPAQUE in (*roles.in_properties, *actions.values()):
        return OPAQUE, OPAQUE
    production, shadow = roles.production, roles.shadow_in_properties
    for name, action in actions.items():
        if name not in roles.in_properties:
            reader.fault(name, f"is not a variant of this experiment, must be {either(roles.in_properties)}")
        elif action not in ACTIONS:
            reader.fault(name, f"is {shown(action)}, must be {either(ACTIONS)}")
    if shadow not in actions:
        reader.fault(shadow, f"is missing, must be {either(ACTIONS)} for the shadow variant")
    of_shadow = actions.get(shadow)
    of_production = actions.get(production) if production is not None else None
    if of_production is None:
        of_production = Action.REMOVE if of_shadow == Action.PROMOTE else Action.RETAIN
    if of_production == Action.PROMOTE:
        reader.fault(
            str(production), "is 'Promote', but it is the production variant: promote the shadow variant instead"
        )
    elif of_production == Action.REMOVE and of_shadow in (Action.RETAIN, Action.REMOVE):
        reader.fault(
            str(production),
            f"is 'Remove', which leaves the endpoint without a production variant: promote {shown(shadow)}",
        )
    return str(of_production), str(of_shadow)


def _desired_variants(
    reader: Reader, entries: list[Reader], roles: Roles | None, actions: tuple[str, str]
) -> tuple[DeclaredVariant, ...]:
    """One without a name is the shadow variant, which may leave values open: they remain as in the test."""
    names = [entry.text("VariantName", limits.VARIANT_NAME) for entry in entries]
    variants = []
    for entry, name in zip(entries, names, strict=True):
        is_shadow = not entry.has("VariantName") or (roles is not None and name == roles.shadow_in_properties)
        variant = read_variant(entry, in_full=not is_shadow, model_required=not is_shadow)
        if variant is not None and (name is not None or is_shadow):
            variants.append(replace(variant, variant_name=roles.shadow if roles is not None and is_shadow else name))
    if entries and len(variants) == len(entries):
        _check_desired(reader, names, roles, actions)
    return tuple(variants)


def _check_desired(reader: Reader, given: list[str | None], roles: Roles | None, actions: tuple[str, str]) -> None:
    if roles is None or OPAQUE in (*given, *roles.in_properties, *actions):
        return
    production, shadow = roles.production, roles.shadow_in_properties
    names = [shadow if name is None else name for name in given]
    if actions[1] != Action.REMOVE and shadow not in names:
        reader.fault(
            "DesiredModelVariants", f"lacks {shown(shadow)}, must have an entry for the shadow variant, which stays"
        )
    for index, name in enumerate(names):
        if name not in roles.in_properties:
            reader.fault(
                "DesiredModelVariants",
                f"has {shown(name)}, not a variant of this experiment, must have {either(roles.in_properties)}",
            )
        elif actions[0 if name == production else 1] == Action.REMOVE:
            reader.fault("DesiredModelVariants", f"has {shown(name)}, which ModelVariantActions removes")
        elif name in names[:index]:
            reader.fault("DesiredModelVariants", f"has {shown(name)} twice")
