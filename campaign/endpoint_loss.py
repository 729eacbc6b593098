"""Someone deletes the endpoint, and may create it again."""

from datetime import datetime, timedelta
from random import Random

from campaign.judge import Judge
from campaign.world import World
from local.sagemaker import ServiceError

_SLOW = timedelta(minutes=20)
"""A transition that takes longer may outlast a Delete."""


class EndpointLoss:
    """Occurs once in a life, between two operations of the stack or during one."""

    def __init__(self, world: World, judge: Judge, dice: Random) -> None:
        self._world, self._judge, self._dice = world, judge, dice
        self._name = judge.resource.endpoint
        self._at = dice.choice(["creation", "update", "update", "idle", "idle", "end", "end"])
        self._done = self._again = False
        self._gone_at: datetime | None = None

    def approach(self, moment: str) -> None:
        """A part of the life begins."""
        if self._done or moment != self._at or (moment == "update" and self._dice.random() < 0.4):
            return
        self._done = True
        if moment in ("creation", "update"):
            self._world.scheduler.spawn(self._lose, seconds=self._dice.uniform(0, 900))
        else:
            self._lose()

    def _lose(self) -> None:
        """Deletes the endpoint. That is refused during an update, so it is tried again."""
        for _ in range(20):
            try:
                self._world.scene.somebody("DeleteEndpoint", EndpointName=self._name)
                break
            except ServiceError:
                self._world.scheduler.sleep(300)
        else:
            return
        self._judge.endpoint_changed()
        self._world.scheduler.sleep(120)
        self._gone_at = self._world.scheduler.now()
        if self._dice.random() < 0.4:
            self._world.scheduler.spawn(self.make_again, seconds=self._dice.choice([0, 300, 3600, 2 * 86_400]))

    def make_again(self) -> None:
        """Creates the endpoint as it was in the beginning, if it does not exist."""
        if self._gone_at is None or self._again:
            return
        self._judge.endpoint_changed()
        self._again = True
        self._world.scene.somebody("CreateEndpoint", EndpointName=self._name, EndpointConfigName="before")

    def check_deletion(self) -> None:
        """Checks that the stack could be deleted without the endpoint, because a test does not run without it."""
        request = self._judge.stack.requests[-1]
        gone = self._gone_at is not None and self._gone_at <= request.sent and not self._again
        behaviour = self._world.service.behaviour
        # A deployed test can't be stopped without the endpoint. A scheduled test can be removed only if it may be
        # deleted.
        impossible = behaviour.shadow_deployed_before_start and not behaviour.delete_in_created
        # A Stop by someone else, which may become visible late, prevents others.
        excused = (
            impossible or self._judge.spoilt or self._judge.excuses.may_fail(request) or self._world.slowest > _SLOW
        )
        if gone and self._judge.stack.status == "DELETE_FAILED" and not excused:
            self._judge.violated(2, f"{request.id}: the endpoint is gone, and {request.reason}")
