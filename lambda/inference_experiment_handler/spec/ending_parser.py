"""How a test ends: ``DesiredState`` and what belongs to it, and ``OnDelete``."""

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import DESIRED_STATES, Action, Ending, ModelVariant, Removal
from inference_experiment_handler.spec.reader import OPAQUE, Reader
from inference_experiment_handler.spec.text import either, shown
from inference_experiment_handler.spec.variants_parser import ShadowMode, read_variant

ACTIONS = tuple(map(str, Action))
RECORDS = ("Delete", "Retain")


def read_conclusion(reader: Reader, mode: ShadowMode | None) -> Ending | None:
    desired_state = reader.choice("DesiredState", DESIRED_STATES)
    ending = _ending(reader, mode, desired_state)
    if desired_state is not None:
        return ending
    if reader.has("ModelVariantActions") or reader.has("DesiredModelVariants") or reader.has("Reason"):
        # Actions that wait for their day would be carried out by whoever adds DesiredState later, unread.
        reader.fault(
            "DesiredState",
            "is missing, though ModelVariantActions, DesiredModelVariants or Reason say how the test ends: add "
            "DesiredState to end it now, or put them under OnDelete for the day the resource is deleted",
        )
    return None


def read_removal(reader: Reader, mode: ShadowMode | None) -> Removal:
    desired_state = reader.choice("DesiredState", DESIRED_STATES)
    ending = _ending(reader, mode, desired_state)
    record = reader.choice("Record", RECORDS)
    reader.finish()
    return Removal(ending, keeps_record=record == "Retain")


def _ending(reader: Reader, mode: ShadowMode | None, desired_state: str | None) -> Ending:
    given = reader.has("ModelVariantActions")
    production, shadow = (
        _actions(reader.child("ModelVariantActions"), mode) if given else (Action.RETAIN, Action.REMOVE)
    )
    desired = reader.children("DesiredModelVariants", count=range(1, 3))
    variants = tuple(filter(None, map(read_variant, desired or [])))
    if desired is not None and len(variants) == len(desired):
        _check_desired(reader, variants, mode, (production, shadow))
    reason = reader.text("Reason", limits.REASON)
    return Ending(production, shadow, desired_state or "Cancelled", variants, reason)


def _actions(reader: Reader | None, mode: ShadowMode | None) -> tuple[str, str]:
    actions = dict(reader.items()) if reader else {}
    if reader is None or mode is None or OPAQUE in (*mode.names, *actions.values()):
        return OPAQUE, OPAQUE
    production, shadow = mode.names
    for name, action in actions.items():
        if name not in (production, shadow):
            reader.fault(name, f"is no variant of this experiment, must be {either([production, shadow])}")
        elif action not in ACTIONS:
            reader.fault(name, f"is {shown(action)}, must be {either(ACTIONS)}")
    for name in (production, shadow):
        if name not in actions:
            reader.fault(name, f"is missing: say {either(ACTIONS)} for each variant")
    chosen = (actions.get(production), actions.get(shadow))
    if chosen[0] == Action.PROMOTE:
        reader.fault(production, "is 'Promote', but the production variant serves already; promote the shadow variant")
    elif chosen[0] == Action.REMOVE and chosen[1] in (Action.RETAIN, Action.REMOVE):
        reader.fault(
            production, f"is 'Remove', which leaves the endpoint without a production variant; promote {shown(shadow)}"
        )
    return str(chosen[0]), str(chosen[1])


def _check_desired(
    reader: Reader, variants: tuple[ModelVariant, ...], mode: ShadowMode | None, actions: tuple[str, str]
) -> None:
    names = [variant.variant_name for variant in variants]
    if mode is None or OPAQUE in (*names, *mode.names, *actions):
        return
    for name, action in zip(mode.names, actions, strict=True):
        if action in (Action.RETAIN, Action.PROMOTE) and name not in names:
            reader.fault(
                "DesiredModelVariants", f"lacks {shown(name)}: it needs every variant that stays, as it is to be"
            )
    for index, name in enumerate(names):
        if name not in mode.names:
            reader.fault(
                "DesiredModelVariants",
                f"has {shown(name)}, which is no variant of this experiment, must have {either(mode.names)}",
            )
        elif actions[mode.names.index(name)] == Action.REMOVE:
            reader.fault("DesiredModelVariants", f"has {shown(name)}, which ModelVariantActions removes")
        elif name in names[:index]:
            reader.fault("DesiredModelVariants", f"has {shown(name)} twice")
