"""What Lambda, the address of the answer or SageMaker make impossible, so that it is no fault of the handler's."""

from datetime import timedelta

from campaign.cloudformation import CloudFormation, Request
from campaign.world import World


class Excuses:
    """Those of one stack's requests."""

    def __init__(self, world: World, stack: CloudFormation) -> None:
        self._world, self._function, self._stack = world, world.function, stack

    @property
    def given_up(self) -> bool:
        """Whether Lambda gave an invocation up for good. What it had created, nobody else may know of."""
        return any(request.id in self._function.exhausted for request in self._stack.requests)

    def unreachable(self, request: Request) -> bool:
        """Whether Lambda has given it up, or its answer can't be put anywhere."""
        return request.id in self._function.exhausted or self._world.address.expired(request.event["ResponseURL"])

    def too_late(self, request: Request) -> bool:
        """Whether Lambda delivered it, or a handover of it, so late that hardly any time was left."""
        # The handler answers a while before the stack gives up, and looks once more before it does.
        reserve = min(180, request.timeout / 4) + 60
        last = request.sent + timedelta(seconds=request.timeout - reserve)
        runs = self._function.of(request.id)
        if not runs:
            return self._world.scheduler.now() > last
        return any(run.delayed and run.began > last for run in runs)

    def may_fail(self, request: Request) -> bool:
        """Whether it is Lambda's doing, or that of a status in no model, if it does not succeed."""
        unknown = "unknown_status" in self._world.chance.counts
        return self.unreachable(request) or self.too_late(request) or unknown
