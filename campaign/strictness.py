"""A SageMaker that refuses more than in other lives, or returns tags on several pages."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from campaign import invariants
from campaign.judge import Judge
from campaign.world import World
from simulation.declarations import Declaration

_NO_SAMPLING = 0.1
_MEDDLING = 0.4
"""The probability that someone changes the endpoint, if SageMaker refuses a Stop that keeps another model."""
_WAY_OUT = "If SageMaker does not accept that, update endpoint"


class Strictness:
    """Draws what SageMaker refuses in this life. Declarations and other people cause such refusals more often."""

    def __init__(self, world: World, dice: Random) -> None:
        self._world, self._dice = world, dice
        world.service.behaviour = world.service.behaviour.changed(_drawn(dice))
        self._refuses_stops = not world.service.behaviour.stop_deploys_another_model
        if self._refuses_stops and not world.chance.quiet:
            world.chance.odds = replace(world.chance.odds, endpoint_meddling=_MEDDLING)

    def declare_no_sampling(self, declared: Declaration) -> None:
        """Sometimes declares a sampling of 0."""
        if self._dice.random() < _NO_SAMPLING:
            declared["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] = 0

    def make_stoppable(self, judge: Judge) -> None:
        """Lets the owner of a stack do what the reason of a refused Stop says, so that the next Delete can succeed."""
        reason = judge.stack.requests[-1].reason
        if not self._refuses_stops or _WAY_OUT not in reason:
            return
        for test in invariants.own(self._world.service, judge.resource):
            if f"{test['Name']} is still Running" in reason and self._world.scene.serve_as_tested(test):
                judge.endpoint_changed()


def _drawn(dice: Random) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {"tags_per_page": dice.choice([2, 5])},
        {"minimum_duration": timedelta(days=dice.choice([2, 5]))},
        {"sampling_zero_allowed": False},
        # If it refused both, a test whose endpoint serves another model could not be ended.
        {dice.choice(["stop_deploys_another_model", "endpoint_updated_during_test"]): False},
    ]
    drawn = dice.sample(choices, k=dice.choice([1, 2, 4]))
    return {name: value for each in drawn for name, value in each.items()}
