"""A guardrail beside a life: an alarm that rings at any time, and the events of its rule."""

import json
from datetime import datetime, timedelta
from functools import partial

from campaign.cloudformation import Request
from campaign.extras import Extras
from campaign.handler_calls import HandlerCall
from campaign.judge import Judge
from campaign.world import World
from simulation.cloudformation import Answer
from simulation.guardrail import guardrail_event

ALARM = "shadow-is-slow"
REQUEST = "Guardrail"
_STATES = ("ALARM", "ALARM", "ALARM", "OK", "INSUFFICIENT_DATA")
_LATE = timedelta(minutes=1)
"""The alarm, the stack and the tags may change between the handler's look and its call."""
_LONG_ENOUGH = timedelta(minutes=40)
"""For a test to be ended, where nothing else happens: what Lambda tries again included."""
_SUPERSEDED = "a newer request holds the lease"
_ENDING = {"Retain", "Remove"}


class Guardrail:
    """Rings, looks, and judges what the handler makes of it."""

    def __init__(self, world: World, judge: Judge, has: Extras) -> None:
        self._world, self._judge, self._dice = world, judge, has.dice("guardrail")
        self._late = has.dice("late delivery")
        self._rang: datetime | None = None
        """When the alarm was in ALARM last."""
        self.over = False
        world.calls.on_success.append(self._called)
        self._then = judge.stack.on_answer
        judge.stack.on_answer = self._answered
        if has.late_delivery:
            judge.stack.held_back = self._hold_back

    def live(self) -> None:
        """Between the operations of the stack, and during them."""
        while not self.over:
            self._world.scheduler.sleep(self._dice.choice([3600, 86_400, 5 * 86_400, 10 * 86_400]))
            self._ring(self._dice.choice(_STATES))
            self._perhaps_expect_an_end()

    def _hold_back(self) -> float:
        """Lambda may deliver a request minutes after CloudFormation issued it. Meanwhile, the guardrail looks."""
        if self._late.random() < 0.6:
            return 0.0
        seconds = self._late.uniform(30, 900)
        # A look that CloudFormation's request overtakes is newer than the request, too.
        self._world.scheduler.spawn(self._ring_while_late, seconds=self._late.uniform(2, seconds))
        return seconds

    def _ring_while_late(self) -> None:
        self._become("ALARM")
        self._look()
        if self._late.random() < 0.7:
            # Between the lease of the guardrail and its Stop, or at any time.
            calm = partial(self._become, "OK")
            self._world.scheduler.spawn(calm, seconds=self._late.choice([1.0, 2.0, 3.0, self._late.uniform(0, 600)]))

    def approach(self) -> None:
        """An operation of the stack is about to begin."""
        for _ in range(self._dice.choice([0, 1, 1, 2])):
            state = self._dice.choice(_STATES)
            self._world.scheduler.spawn(partial(self._ring, state), seconds=self._dice.uniform(0, 900))

    def _ring(self, state: str) -> None:
        """The alarm changes, and its rule invokes the function: late, more than once, or not at all."""
        scheduler = self._world.scheduler
        self._become(state)
        for _ in range(self._dice.choice([0, 1, 1, 1, 2])):
            scheduler.spawn(self._look, seconds=self._dice.choice([0.0, 0.1, 30.0, 900.0]))
        if self._dice.random() < 0.6:
            scheduler.spawn(partial(self._become, "OK"), seconds=self._dice.uniform(0, 1800))

    def _become(self, state: str) -> None:
        if self._state == "ALARM":
            self._rang = self._world.scheduler.now()
        self._world.cloudwatch.alarms[ALARM] = state

    @property
    def _state(self) -> str:
        return self._world.cloudwatch.alarms.get(ALARM, "OK")

    def _look(self) -> None:
        resource, name = self._judge.resource, self._judge.stack.physical_id
        if not name:
            return
        # A rule that somebody has copied names an owner whose test that is not.
        logical_id = "Copied" if self._dice.random() < 0.2 else resource.logical_id
        event = guardrail_event(name, ALARM, stack_id=resource.stack_id, logical_id=logical_id)
        self._world.function.invoke(json.dumps(event).encode())

    def _perhaps_expect_an_end(self) -> None:
        """Where nothing goes wrong and nothing is deployed, a ringing alarm ends a running test."""
        stack, name = self._judge.stack, self._judge.stack.physical_id
        if not self._world.chance.quiet or self._state != "ALARM" or not self._is_at_rest(name):
            return
        requests, began = len(stack.requests), self._world.scheduler.now()
        resource = self._judge.resource
        event = guardrail_event(name, ALARM, stack_id=resource.stack_id, logical_id=resource.logical_id)
        self._world.function.invoke(json.dumps(event).encode())
        self._world.scheduler.sleep(_LATE.total_seconds())
        if self._state != "ALARM":
            # It may have been OK when the function read it.
            return
        while self._world.scheduler.now() - began < _LONG_ENOUGH + 2 * self._world.slowest:
            self._world.scheduler.sleep(60)
            if len(stack.requests) != requests:
                return
        if self._status(name) == "Running":
            self._judge.violated(11, f"{name} goes on, although its alarm rings")

    def _is_at_rest(self, name: str) -> bool:
        stack = self._judge.stack
        complete = stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
        # Before an update adds the resource, and after its rollback has deleted it, the test is somebody else's.
        newest = stack.requests[-1] if stack.requests else None
        gone = newest is None or (newest.kind == "Delete" and newest.event["PhysicalResourceId"] == name)
        running = self._status(name) == "Running" and not self._judge.standing.changed
        return complete and running and not gone

    def _status(self, name: str) -> str:
        found = self._world.service.experiment(name)
        return str(found["Status"]) if found is not None else ""

    def _called(self, call: HandlerCall) -> None:
        """One of the handler's calls has taken effect."""
        owner = tuple(self._judge.resource.tags.values())
        if call.request != REQUEST or call.asked_by[0] != owner[0]:
            return
        what = f"{call.request} {call.operation} of {call.name}"
        # If somebody has removed its tags, the name still shows the owner.
        own_by_name = not call.owned_by and call.name.startswith(self._judge.resource.generated)
        if call.owned_by != call.asked_by and not own_by_name:
            self._judge.violated(3, f"{what}, which is {call.owned_by}'s and not {call.asked_by}'s")
        if call.operation not in ("AddTags", "StopInferenceExperiment"):
            self._judge.violated(11, what)
        if call.operation != "StopInferenceExperiment":
            return
        self._judge.stopped()
        now = self._world.scheduler.now()
        if self._state != "ALARM" and (self._rang is None or now - self._rang > _LATE):
            self._judge.violated(11, f"{what}, whose alarm is {self._state}")
        ending = set(call.parameters["ModelVariantActions"].values())
        if call.parameters["DesiredState"] != "Cancelled" or ending != _ENDING:
            self._judge.violated(11, f"{what} with {call.parameters}")
        holder = self._under_way(call)
        if holder is not None:
            self._judge.violated(11, f"{what}, which {holder} is about to change")

    def _answered(self, request: Request, answer: Answer) -> None:
        """Only a newer request of CloudFormation supersedes one."""
        self._then(request, answer)
        newest = request is self._judge.stack.requests[-1]
        if newest and not answer.succeeded and _SUPERSEDED in answer.reason:
            self._judge.violated(11, f"{request.id} {request.kind} is superseded by a guardrail: {answer.reason}")

    def _under_way(self, call: HandlerCall) -> str | None:
        """The request that has begun to change the experiment, and that its stack waits for."""
        stack, now = self._judge.stack, self._world.scheduler.now()
        request = stack.requests[-1]
        mine = [each for each in self._world.calls.made if (each.request, each.name) == (request.id, call.name)]
        known = any(not each.code and now - each.at > _LATE for each in mine)
        # The guardrail may have taken the lease before the tags showed the request's. Then the first Stop counts.
        known = known and not self._has_hidden_the_lease(call, mine)
        waiting = request.answer is None and not request.given_up and "IN_PROGRESS" in stack.status
        return request.id if known and waiting and (now - request.sent).total_seconds() < request.timeout else None

    def _has_hidden_the_lease(self, stop: HandlerCall, mine: list[HandlerCall]) -> bool:
        """Whether a guardrail wrote its lease when the tags may not have shown the lease of the request yet."""
        written = max((each.at for each in mine if each.operation == "AddTags" and not each.code), default=stop.at)
        return any(
            (each.request, each.name, each.operation, each.code) == (REQUEST, stop.name, "AddTags", "")
            and written <= each.at < written + _LATE
            for each in self._world.calls.made
        )
