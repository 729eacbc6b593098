"""Lambda delivers an update again, or only now, while its stack rolls back."""

import json
from datetime import datetime, timedelta
from functools import partial
from random import Random

from campaign.cloudformation import Request
from campaign.handler_calls import HandlerCall
from campaign.judge import Judge
from campaign.world import World
from inference_experiment_handler.model.operations import DESCRIBE_STACK_RESOURCE

_AFTER = 0, 90
"""The seconds after the stack has begun to roll back."""
_BEFORE_A_ROLLBACK = 1, 300
"""The seconds until CloudFormation sends the rollback: it first rolls back the resources that depend on this one."""
_LATE = timedelta(seconds=14)
"""A status that the handler has read is valid for ten seconds, and can be three seconds late."""
_FOR_TAGS = timedelta(minutes=1)
"""Until the tags of a request are visible. The handler waits at least that long for another request."""
_CHANGES = (
    "CreateInferenceExperiment",
    "UpdateInferenceExperiment",
    "StartInferenceExperiment",
    "StopInferenceExperiment",
    "DeleteInferenceExperiment",
)


class Redelivery:
    """Redelivers the updates of one stack, and checks that they change nothing."""

    def __init__(self, world: World, judge: Judge, dice: Random) -> None:
        self._world, self._judge, self._dice = world, judge, dice
        self._over: dict[str, datetime] = {}
        """By the id of a request: when the stack began to roll it back."""
        judge.stack.on_rollback = self._rolls_back
        judge.stack.before_a_rollback = _BEFORE_A_ROLLBACK
        world.calls.on_success.append(self._called)
        # Otherwise, an update that is over can go on.
        world.cloudformation.reliable.add(DESCRIBE_STACK_RESOURCE)

    def _rolls_back(self, request: Request) -> None:
        request.redelivered = True
        self._over[request.id] = self._world.scheduler.now()
        event = json.dumps(request.event).encode()
        seconds = self._dice.uniform(*_AFTER)
        self._world.scheduler.spawn(partial(self._world.function.invoke, event), seconds=seconds)

    def _called(self, call: HandlerCall) -> None:
        over = self._over.get(call.request)
        if over is None or call.operation not in _CHANGES or call.at <= over + _LATE:
            return
        if not self._has_created(call) and not self._rollback_is_late_or_lost(call):
            self._judge.violated(7, f"{call.request} is over, and calls {call.operation} of {call.name}")

    def _has_created(self, call: HandlerCall) -> bool:
        """Whether the request removes what it has created itself."""
        made = (each for each in self._world.calls.made if each.request == call.request)
        return any(each.operation == "CreateInferenceExperiment" and each.name == call.name for each in made)

    def _rollback_is_late_or_lost(self, call: HandlerCall) -> bool:
        """Whether the update has waited in vain for the tags of the rollback, which Lambda delivered late, or lost."""
        requests = self._judge.stack.requests
        (index,) = (number for number, each in enumerate(requests) if each.id == call.request)
        rollback = requests[index + 1] if index + 1 < len(requests) else None
        if rollback is None or call.at < rollback.sent + _FOR_TAGS:
            return False
        if rollback.id in self._world.function.exhausted:
            return True
        # Not only the first event of the rollback can be late.
        waits = self._world.function.waits(rollback.id, rollback.sent)
        return any(call.at < end + _FOR_TAGS for _, end in waits)
