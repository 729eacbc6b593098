"""Declarations that omit production, and perhaps the shadow variant's instances."""

import json
from copy import deepcopy
from random import Random
from typing import Any

from simulation.declarations import SHADOW, Declaration


class Openings:
    """Omits declared values and remembers them, because the author continues with the complete declaration."""

    def __init__(self, dice: Random, *, is_played: bool) -> None:
        self._dice, self._is_played = dice, is_played
        self._whole: dict[str, Declaration] = {}

    def open_up(self, declared: Declaration) -> Declaration:
        """Omits the values most of the time, so that later updates also add or omit them."""
        if not self._is_played or self._dice.random() < 0.2:
            return declared
        left = _left(deepcopy(declared), instances=self._dice.random() < 0.5)
        self._whole[_key(left)] = declared
        return left

    def whole(self, declared: Declaration) -> Declaration:
        return self._whole.get(_key(declared), declared)


def _left(declared: Declaration, *, instances: bool) -> Declaration:
    shadow = declared["ModelVariants"][1]
    if not instances:
        del shadow["InfrastructureConfig"]
    declared["ModelVariants"] = [shadow]
    del declared["ShadowModeConfig"]["SourceModelVariantName"]
    for ending in (declared, declared.get("OnDelete", {})):
        _leave_the_shadow(ending)
    return declared


def _leave_the_shadow(ending: dict[str, Any]) -> None:
    """Keeps only the entries of the shadow variant."""
    if "ModelVariantActions" in ending:
        ending["ModelVariantActions"] = {SHADOW: ending["ModelVariantActions"][SHADOW]}
    if "DesiredModelVariants" in ending:
        kept = [each for each in ending["DesiredModelVariants"] if each["VariantName"] == SHADOW]
        ending["DesiredModelVariants"] = kept
        if not kept:
            del ending["DesiredModelVariants"]


def _key(declared: Declaration) -> str:
    return json.dumps(declared, sort_keys=True, default=str)
