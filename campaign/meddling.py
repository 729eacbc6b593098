"""Manual changes of the experiment and of the endpoint by someone else."""

from random import Random
from typing import Any

from campaign import endpoints, invariants
from campaign.judge import Judge
from campaign.world import World
from local.sagemaker import ServiceError
from simulation.declarations import REMOVE
from simulation.endpoints import SOMEBODY


class Meddler:
    """Makes changes at random times, until the life ends."""

    def __init__(self, world: World, judge: Judge, dice: Random) -> None:
        self._world, self._judge, self._dice = world, judge, dice
        self._service, self._resource = world.service, judge.resource
        self.gone = False

    def meddle(self) -> None:
        """Makes a change of the experiment."""
        mine = invariants.own(self._service, self._resource)
        if self.gone or not mine or not self._world.chance.hits("meddling"):
            return
        victim = self._dice.choice(mine)
        name, given = victim["Name"], self._resource.given_name
        what: list[tuple[str, dict[str, Any]]] = [
            ("StopInferenceExperiment", {"ModelVariantActions": REMOVE}),
            ("UpdateInferenceExperiment", {"Description": "somebody else's"}),
            ("DeleteInferenceExperiment", {}),
            ("StartInferenceExperiment", {}),
        ]
        if name != given and not name.startswith(f"{given}-"):
            # Without these tags, an experiment whose name is not generated permanently has no owner.
            what.append(("DeleteTags", {"TagKeys": list(self._service.tags_by_arn()[victim["Arn"]])}))
        operation, arguments = self._dice.choice(what)
        whose = {"ResourceArn": victim["Arn"]} if operation == "DeleteTags" else {"Name": name}
        try:
            self._service.call(operation, {**whose, **arguments}, principal=SOMEBODY)
        except ServiceError:
            return
        if operation == "StopInferenceExperiment":
            self._judge.stopped()
        else:
            self._judge.meddled()
        started = victim["Status"] in ("Starting", "Running", "Updating")
        if operation == "StartInferenceExperiment" or (operation == "DeleteTags" and started):
            # Without the tags, it is not known that a rolled-back update has started it.
            self._judge.started_early.add(name)
        deployed_early = self._service.behaviour.shadow_deployed_before_start
        there = deployed_early or endpoints.shadows(self._service, self._resource.endpoint)
        if operation == "DeleteInferenceExperiment" and there:
            # The owner of that shadow variant is no longer known, and it may still be deploying.
            self._judge.standing.left_behind = True

    def meddle_with_the_endpoint(self) -> None:
        """Changes what the endpoint serves, or its number of instances."""
        first = self._resource == self._world.stack.resource
        if self.gone or not first or not self._world.chance.hits("endpoint_meddling"):
            return
        try:
            if self._world.scene.change_the_endpoint(self._world.chance.later):
                self._world.productions[self._resource.endpoint].scaled_at = self._world.scheduler.now()
        except ServiceError:
            return
        self._judge.endpoint_changed()
