"""Many tests that are deployed at the same time, in an account with few concurrent executions."""

from datetime import timedelta
from functools import partial

from campaign.function import simulated_timers
from campaign.resource import Resource
from campaign.world import World
from local.sagemaker import Behaviour
from simulation.declarations import declared
from simulation.function import TIMEOUT

_QUIET = 2
"""A seed without any other faults."""
_STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/Many{0}/{0:08d}-1a2b-4c3d-8e4f-5a6b7c8d9e0f"


class ManyAtOnce:
    """Several stacks, each with a test on its own endpoint. All of them use the same function."""

    def __init__(self, count: int, *, limit: int, starting: timedelta) -> None:
        self.world = World(_QUIET, *map(_resource, range(1, count)))
        if not self.world.chance.quiet:
            raise ValueError(f"seed {_QUIET} is not quiet")
        self.world.service.behaviour = Behaviour(starting=starting)
        self.world.poll_seconds = 5.0
        self.world.function.timeout = TIMEOUT
        self.world.function.limit = limit
        self.world.scene.set_up()

    def deploy(self) -> None:
        """Creates all stacks at the same time."""
        for stack in self.world.stacks:
            self.world.scheduler.spawn(partial(stack.create, declared(EndpointName=stack.resource.endpoint)))
        self._run()

    def delete(self) -> None:
        """Deletes all stacks at the same time."""
        for stack in self.world.stacks:
            self.world.scheduler.spawn(stack.delete)
        self._run()

    def _run(self) -> None:
        with simulated_timers(self.world.scheduler), self.world.address.connected():
            self.world.scheduler.run()


def _resource(number: int) -> Resource:
    return Resource(
        stack_id=_STACK.format(number),
        endpoint=f"endpoint-{number}",
        generated=f"many{number}-shadowtest-",
        invented=f"Many{number}-ShadowTest-1ABCDEFGHIJK",
        first_request=1000 * number,
    )
