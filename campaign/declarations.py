"""What a stack's author declares: a first declaration, and a next one."""

from copy import deepcopy
from datetime import datetime, timedelta
from random import Random

from simulation.declarations import (
    CHAMPION,
    MODELS,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    Declaration,
    declared,
    variant,
)

GIVEN_NAME = "Ranking-Test"


def first(dice: Random, now: datetime, *, named: bool) -> Declaration:
    shadow, sampling = variant(SHADOW, dice.choice(MODELS[1:])), dice.randrange(101)
    name = GIVEN_NAME if named else None
    declaration = declared(Name=name, ModelVariants=[variant(PRODUCTION, CHAMPION), shadow], sampling=sampling)
    _schedule(dice, now, declaration)
    if dice.random() < 0.3:
        declaration["DataStorageConfig"] = {"Destination": "s3://captures/shop"}
    if dice.random() < 0.3:
        declaration["KmsKey"] = "alias/volumes"
    if dice.random() < 0.3:
        _on_delete(dice, declaration)
    if dice.random() < 0.15:
        declaration["WaitFor"] = "Created"
    _tags(dice, declaration)
    return declaration


def following(dice: Random, now: datetime, before: Declaration) -> Declaration:
    """The next declaration of the same resource, usually a feasible one."""
    declared = deepcopy(before)
    for key in ("DesiredState", "ModelVariantActions", "DesiredModelVariants", "Reason"):
        declared.pop(key, None)
    for _ in range(dice.choice([1, 1, 2])):
        _change(dice, now, declared)
    return declared


def is_same_test(before: Declaration, after: Declaration) -> bool:
    """Whether the declaration of the test itself does not change."""
    return {**before, "ServiceTimeout": 0} == {**after, "ServiceTimeout": 0}


def _change(dice: Random, now: datetime, declared: Declaration) -> None:
    kind = dice.choice(
        [
            "sampling",
            "sampling",
            "description",
            "schedule",
            "tags",
            "run",
            "conclude",
            "shadow",
            "removal",
            "bad",
            "kms",
            "less",
            "production",
            "timeout",
            "timeout",
        ]
    )
    shadow = declared["ShadowModeConfig"]["ShadowModelVariants"][0]
    if kind == "sampling":
        shadow["SamplingPercentage"] = dice.randrange(101)
    elif kind == "description":
        declared["Description"] = f"changed {dice.randrange(1000)}"
    elif kind == "schedule":
        _schedule(dice, now, declared)
    elif kind == "tags":
        _tags(dice, declared)
    elif kind == "run":
        _renew(dice, declared)
        declared["ModelVariants"][1] = variant(SHADOW, dice.choice(MODELS[1:]))
    elif kind == "conclude":
        actions = dice.choice([PROMOTE, REMOVE, RETAIN])
        declared["DesiredState"] = dice.choice(["Completed", "Cancelled"])
        declared["ModelVariantActions"] = dict(actions)
    elif kind == "shadow":
        declared["ModelVariants"][1] = variant(SHADOW, dice.choice(MODELS[1:]), count=dice.choice([1, 2]))
    elif kind == "removal":
        _on_delete(dice, declared)
    elif kind == "bad":
        shadow["SamplingPercentage"] = 101
    elif kind == "production":
        # It usually differs from what the endpoint serves.
        declared["ModelVariants"][0] = variant(PRODUCTION, dice.choice(MODELS))
        _renew(dice, declared)
    elif kind == "timeout":
        # CloudFormation sends an Update, but there is nothing to do.
        declared["ServiceTimeout"] = dice.choice([1200, 2400, 3600])
    elif kind == "kms":
        declared["KmsKey"] = "alias/other"
    elif kind == "less":
        # These can't be removed from a live test.
        declared.pop(dice.choice(["KmsKey", "DataStorageConfig"]), None)


def _renew(dice: Random, declared: Declaration) -> None:
    if "Name" in declared:
        declared["Name"] = f"{GIVEN_NAME}-{dice.randrange(1000)}"
    else:
        declared["Run"] = str(dice.randrange(1000))


def _schedule(dice: Random, now: datetime, declared: Declaration) -> None:
    kind = dice.choice(["now", "now", "for days", "later", "between"])
    days = dice.randrange(1, 30)
    start = now + timedelta(hours=dice.uniform(2, 100))
    declared["Schedule"] = {
        "now": {"Duration": "P7D"},
        "for days": {"Duration": f"P{days}D"},
        "later": {"StartTime": start.isoformat(), "Duration": f"P{days}D"},
        "between": {"StartTime": start.isoformat(), "EndTime": (start + timedelta(days=days)).isoformat()},
    }[kind]


def _on_delete(dice: Random, declared: Declaration) -> None:
    actions = dice.choice([PROMOTE, REMOVE, RETAIN])
    declared["OnDelete"] = {
        "DesiredState": dice.choice(["Completed", "Cancelled"]),
        "ModelVariantActions": dict(actions),
        "Record": dice.choice(["Delete", "Delete", "Retain"]),
    }


def _tags(dice: Random, declared: Declaration) -> None:
    declared["Tags"] = [{"Key": key, "Value": str(dice.randrange(9))} for key in "abc" if dice.random() < 0.5]
