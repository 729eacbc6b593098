"""``DesiredModelVariants``: endings that change the instances of the variants that stay, and the required result."""

from random import Random
from typing import Any

from campaign.endpoints import served
from local.sagemaker import SageMaker
from simulation.declarations import INSTANCE_TYPE, PRODUCTION, PROMOTE, REMOVE, RETAIN, SHADOW, Declaration, variant

_LARGER = "ml.m5.2xlarge"
_MOST = 4
"""Production never has more instances in a life, so this number of another type removes none from it."""


def resize(dice: Random, declared: Declaration) -> None:
    """Adds ``DesiredModelVariants`` to some endings, and adds endings."""
    if "OnDelete" not in declared and dice.random() < 0.4:
        declared["OnDelete"] = {"DesiredState": "Completed", "ModelVariantActions": dice.choice([PROMOTE, RETAIN])}
    if "OnDelete" in declared and not _fits(declared["OnDelete"], declared):
        declared["OnDelete"] = declared["OnDelete"] | {
            "DesiredModelVariants": _desired(dice, declared["OnDelete"], declared)
        }
    if "DesiredState" in declared and dice.random() < 0.8:
        declared["DesiredModelVariants"] = _desired(dice, declared, declared)


def conclude(dice: Random, declared: Declaration) -> None:
    declared |= {
        "DesiredState": "Completed",
        "ModelVariantActions": dict(dice.choice([PROMOTE, PROMOTE, REMOVE, RETAIN])),
    }


def _fits(ending: dict[str, Any], declared: Declaration) -> bool:
    """Whether the variants in the ending have the models of the test."""
    models = {each["VariantName"]: each["ModelName"] for each in declared["ModelVariants"]}
    desired = ending.get("DesiredModelVariants", [])
    return bool(desired) and all(models[each["VariantName"]] == each["ModelName"] for each in desired)


def _desired(dice: Random, ending: dict[str, Any], declared: Declaration) -> list[dict[str, Any]]:
    models = {each["VariantName"]: each["ModelName"] for each in declared["ModelVariants"]}
    sizes = {
        PRODUCTION: [(INSTANCE_TYPE, 1), (INSTANCE_TYPE, 1), (INSTANCE_TYPE, 3), (_LARGER, _MOST)],
        SHADOW: [(INSTANCE_TYPE, 1), (INSTANCE_TYPE, 3), (_LARGER, 1), (_LARGER, 2)],
    }
    staying = [name for name, action in ending["ModelVariantActions"].items() if action != "Remove"]
    return [variant(name, models[name], *dice.choice(sizes[name])) for name in staying]


def lacking(ending: dict[str, Any], service: SageMaker, endpoint_name: str) -> str | None:
    """What the endpoint lacks of a declared ending that has been carried out."""
    desired = ending.get("DesiredModelVariants", [])
    there = {each["VariantName"]: each for each in served(service, endpoint_name)} if desired else {}
    for wanted in desired:
        name, size = wanted["VariantName"], wanted["InfrastructureConfig"]["RealTimeInferenceConfig"]
        # SageMaker may give the promoted variant the name of the replaced one.
        promoted = PRODUCTION if ending["ModelVariantActions"][name] == "Promote" else name
        has = there.get(name) or there.get(promoted)
        if has is None or has["ModelName"] != wanted["ModelName"]:
            return f"{name} with {wanted['ModelName']} is not on the endpoint"
        if has["InstanceType"] != size["InstanceType"] or has["InstanceCount"] < size["InstanceCount"]:
            return f"{name} has {has['InstanceCount']} of {has['InstanceType']}, declared {size}"
    return None
