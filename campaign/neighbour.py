"""A second experiment that the same function serves: in a second stack, or in the same one."""

from dataclasses import replace

from campaign.author import Author
from campaign.endpoint_loss import EndpointLoss
from campaign.extras import Extras
from campaign.invariants import Violation
from campaign.judge import Judge
from campaign.outcome import Outcome
from campaign.resource import Resource
from campaign.strictness import Strictness
from campaign.world import World
from simulation.cloudformation import LOGICAL_ID
from simulation.declarations import ENDPOINT

ELSEWHERE = Resource(
    # It differs from the first only in the stack. The logical ID is the same, and the given name may be the same.
    stack_id="arn:aws:cloudformation:us-east-1:123456789012:stack/Next/7a6b5c4d-3e2f-4170-9876-a1b2c3d4e5f6",
    endpoint="next",
    generated="next-shadowtest-",
    invented="Next-ShadowTest-1ABCDEFGHIJK",
    first_request=1000,
)
BESIDE = Resource(
    stack_id=ELSEWHERE.stack_id,
    endpoint=ENDPOINT,
    generated=ELSEWHERE.generated,
    invented=ELSEWHERE.invented,
    first_request=ELSEWHERE.first_request,
)
IN_THE_STACK = Resource(
    # It differs from the first in the logical ID, which begins with that of the first, and perhaps in the endpoint.
    logical_id=f"{LOGICAL_ID}2",
    generated="demo-shadowtest2-",
    invented="Demo-ShadowTest2-1ABCDEFGHIJK",
    first_request=ELSEWHERE.first_request,
)


class Neighbour:
    """Runs in parallel with the first experiment, on its own endpoint or on the same one."""

    def __init__(
        self, world: World, outcome: Outcome, has: Extras, loss: EndpointLoss | None, strictness: Strictness | None
    ) -> None:
        self._world, self._dice = world, has.dice("neighbour's life")
        (stack,) = [each for each in world.stacks if each is not world.stack]
        self.judge = Judge(world, stack, outcome)
        same_endpoint = stack.resource.endpoint == world.stack.resource.endpoint
        repairs = loss if same_endpoint else None
        self.author = Author(world, self.judge, self._dice, repairs=repairs, strictness=strictness)

    def live(self) -> None:
        self._world.scheduler.sleep(self._dice.choice([0, 60, 1800, 86_400, 5 * 86_400]))
        self.author.live()

    def look_back(self) -> None:
        if not self.author.over:
            self.judge.violated(1, "the neighbour never came to its end")
        self.judge.look_back()
        now = self._world.scheduler.now()
        for touched in self._world.calls.of_others():
            self.judge.outcome.violations.append(Violation(3, touched, now))


def resource(has: Extras) -> Resource:
    placed = has.dice("neighbour").choice([ELSEWHERE, ELSEWHERE, BESIDE])
    return replace(IN_THE_STACK, endpoint=placed.endpoint) if has.same_stack else placed
