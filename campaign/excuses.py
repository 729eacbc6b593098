"""What Lambda, the response URL or SageMaker make impossible, so that it is not a fault of the handler."""

from datetime import timedelta

from campaign.cloudformation import CloudFormation, Request
from campaign.world import World


class Excuses:
    """The excuses for the requests of one stack."""

    def __init__(self, world: World, stack: CloudFormation) -> None:
        self._world, self._function, self._stack = world, world.function, stack

    @property
    def given_up(self) -> bool:
        """Whether Lambda dropped an invocation permanently. What it had created may then be unknown to all others."""
        return any(request.id in self._function.exhausted for request in self._stack.requests)

    def unreachable(self, request: Request) -> bool:
        """Whether Lambda has dropped the request, or its response can't be put."""
        return request.id in self._function.exhausted or self._world.address.expired(request.event["ResponseURL"])

    def too_late(self, request: Request) -> bool:
        """Whether Lambda delivered the request, or its handover, so late that very little time was left."""
        # The handler responds some time before CloudFormation's timeout, and reads the state again before it responds.
        reserve = min(180, request.timeout / 4) + 60
        last = request.sent + timedelta(seconds=request.timeout - reserve)
        runs = self._function.of(request.id)
        if not runs or (runs[-1].handovers and not self._function.serving(request.id)):
            # Lambda has not delivered the request, or its handover, yet.
            return self._world.scheduler.now() > last
        return any(run.delayed and run.began > last for run in runs)

    def may_fail(self, request: Request) -> bool:
        """Whether Lambda, or an undocumented status, can be the reason if the request does not succeed."""
        unknown = "unknown_status" in self._world.chance.counts
        return self.unreachable(request) or self.too_late(request) or unknown
