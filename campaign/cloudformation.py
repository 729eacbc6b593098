"""CloudFormation's side of the contract: one resource, and the operations of its stack.

It is not documented whether CloudFormation continues with the physical ID of a FAILED response, so both are simulated.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaign.chance import Chance
from campaign.function import Function
from campaign.resource import FIRST, Resource
from campaign.scheduler import Scheduler, Signal
from simulation.cloudformation import NO_RESOURCE, Answer, described, described_resource, request_event
from simulation.declarations import Declaration

BEFORE_A_ROLLBACK = 1, 10
"""The seconds between the status of a stack that rolls back and the request of the rollback.

They are not documented. With less than a second, the fencing tokens of both requests can have the same time.
"""
CLEAN_UPS = 3
"""How often CloudFormation tries to delete a resource that an update has replaced."""


@dataclass
class Request:
    """One request, and every response to it."""

    kind: str
    """Create, Update, Rollback or Delete."""
    event: dict[str, Any]
    declared: Declaration
    sent: datetime
    timeout: float
    settled: Signal
    answers: list[Answer] = field(default_factory=list)
    deliveries: set[int] = field(default_factory=set)
    given_up: bool = False
    cancelled: bool = False
    redelivered: bool = False
    """Lambda delivers it again when it is over."""

    @property
    def id(self) -> str:
        return str(self.event["RequestId"])

    @property
    def answer(self) -> Answer | None:
        """The first response, if it came in time."""
        return self.settled.value if isinstance(self.settled.value, Answer) else None

    @property
    def settled_at(self) -> datetime | None:
        return self.answer.at if self.answer else None

    @property
    def reason(self) -> str:
        return self.answer.reason if self.answer else "no answer"


class CloudFormation:
    """A stack with one resource. If two of them have the same stack ID, each still has its own operations and status.

    The operations are called from within a task, and take simulated time.
    """

    def __init__(self, scheduler: Scheduler, chance: Chance, function: Function, resource: Resource = FIRST) -> None:
        self._scheduler, self._chance, self._function = scheduler, chance, function
        self.resource = resource
        self.status = "REVIEW_IN_PROGRESS"
        self.requests: list[Request] = []
        self.declared: Declaration = {}
        self.physical_id = ""
        self.there = True
        """Whether the resource is part of the stack. It is not, if the update that would have added it was rolled back.
        """
        self._operation_began = self._last_over = scheduler.now()
        self._statuses: list[tuple[str, datetime]] = []
        """The statuses of the resource, and since when it had each."""
        dice = chance.later
        # Neither is documented.
        self._shows_after = timedelta(seconds=dice.choice([0, 0, 0, 3]))
        self.signs_before = timedelta(seconds=dice.choice([0, 0, 0, 0, 0, 0.5, 3, 8]))
        self.leaked: set[str] = set()
        """The IDs whose Delete or rollback has failed permanently. The stack's owner must remove what is left."""
        self.on_answer: Callable[[Request, Answer], None] = lambda *_: None
        self.before_a_rollback = BEFORE_A_ROLLBACK
        self.on_rollback: Callable[[Request], None] = lambda _: None
        """Called with the request that the stack begins to roll back."""
        self.held_back: Callable[[], float] = lambda: 0.0
        """For how many seconds Lambda does not deliver the next request."""

    def describe_stacks(self, asked: dict[str, Any]) -> dict[str, Any]:
        return described(self.status, self._operation_began, stack_id=asked["StackName"])

    def describe_stack_resource(self, asked: dict[str, Any]) -> dict[str, Any]:
        resource = {"stack_id": asked["StackName"], "logical_id": asked["LogicalResourceId"]}
        shown = self._scheduler.now() - self._shows_after
        seen = [each for each in self._statuses if each[1] <= shown] or self._statuses[:1]
        return described_resource(*seen[-1], **resource)

    def receive(self, request: Request, body: bytes, delivery: int) -> None:
        """Receives a response, perhaps more than once in the same delivery."""
        if delivery in request.deliveries:
            return
        request.deliveries.add(delivery)
        answer = Answer.read(body, self._scheduler.now())
        request.answers.append(answer)
        self.on_answer(request, answer)
        if not request.given_up:
            request.settled.happen(answer)

    @property
    def can_be_updated(self) -> bool:
        over = self.status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE") or not self.there
        return self.status.endswith("_COMPLETE") and not over

    def create(self, declared: Declaration, *, added: bool = False) -> None:
        """``added``: the stack already exists, and an update adds the resource."""
        self.declared, self.status = declared, "UPDATE_IN_PROGRESS" if added else "CREATE_IN_PROGRESS"
        self._operation_began = self._scheduler.now()
        request = self._send("Create", declared)
        cancelled = self._waited_for(request)
        answer = request.answer
        self.physical_id = answer.physical_id if answer else self.resource.invented
        if cancelled and not added:
            self.delete()
        elif cancelled or answer is None or not answer.succeeded or self._chance.hits("other_resource_fails"):
            self._take_back(declared, added=added)
        else:
            self.status = "UPDATE_COMPLETE" if added else "CREATE_COMPLETE"

    def _take_back(self, declared: Declaration, *, added: bool) -> None:
        """Deletes what the creation of the stack, or the update that added the resource, has created."""
        if added:
            self.status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
            if not any(self._deleted(self.physical_id, declared) for _ in range(CLEAN_UPS)):
                self.leaked.add(self.physical_id)
            self.status, self.there = "UPDATE_ROLLBACK_COMPLETE", False
            self._statuses.append((NO_RESOURCE, self._scheduler.now()))
        else:
            self.status = "ROLLBACK_IN_PROGRESS"
            deleted = self._deleted(self.physical_id, declared)
            self.status = "ROLLBACK_COMPLETE" if deleted else "ROLLBACK_FAILED"

    def update(self, declared: Declaration) -> None:
        before, old_id = self.declared, self.physical_id
        self.status = "UPDATE_IN_PROGRESS"
        self._operation_began = self._scheduler.now()
        request = self._send("Update", declared, physical_id=old_id, old=before)
        cancelled = self._waited_for(request)
        answer = request.answer
        if answer and answer.succeeded and not cancelled and not self._chance.hits("other_resource_fails"):
            self.declared, self.physical_id = declared, answer.physical_id
            self.status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            self._clean_up(old_id, before)
            self.status = "UPDATE_COMPLETE"
            return
        takes_id = answer is not None and (answer.succeeded or self._chance.random.random() < 0.5)
        now_id = answer.physical_id if answer and takes_id else old_id
        self._roll_back(before, declared, now_id)

    def continue_rollback(self) -> None:
        """What the stack's owner does after UPDATE_ROLLBACK_FAILED."""
        failed = self.requests[-1]
        self._roll_back(failed.declared, failed.event["OldResourceProperties"], failed.event["PhysicalResourceId"])

    def delete(self) -> None:
        self.status = "DELETE_IN_PROGRESS"
        self._operation_began = self._scheduler.now()
        deleted = not self.there or self._deleted(self.physical_id, self.declared)
        self.status = "DELETE_COMPLETE" if deleted else "DELETE_FAILED"

    def _roll_back(self, before: Declaration, failed: Declaration, now_id: str) -> None:
        self._scheduler.sleep(self._chance.later.uniform(0, 2))
        self.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        self.on_rollback(self.requests[-1])
        self._scheduler.sleep(self._chance.later.uniform(*self.before_a_rollback))
        request = self._send("Rollback", before, physical_id=now_id, old=failed)
        request.settled.wait(request.timeout)
        self._over(request)
        answer = request.answer
        if answer is None or not answer.succeeded:
            self.status = "UPDATE_ROLLBACK_FAILED"
            return
        self.physical_id = answer.physical_id
        self.status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
        self._clean_up(now_id, failed)
        self.status = "UPDATE_ROLLBACK_COMPLETE"

    def _clean_up(self, physical_id: str, declared: Declaration) -> None:
        if physical_id != self.physical_id and not any(self._deleted(physical_id, declared) for _ in range(CLEAN_UPS)):
            self.leaked.add(physical_id)

    def _deleted(self, physical_id: str, declared: Declaration) -> bool:
        request = self._send("Delete", declared, physical_id=physical_id)
        request.settled.wait(request.timeout)
        self._over(request)
        return request.answer is not None and request.answer.succeeded

    def _waited_for(self, request: Request) -> bool:
        """Waits for the response. Returns whether the user cancelled the request in the meantime."""
        if self._chance.hits("cancel") and not request.settled.wait(self._chance.random.uniform(0, 900)):
            request.cancelled = True
            self._over(request)
            return True
        request.settled.wait(request.timeout - (self._scheduler.now() - request.sent).total_seconds())
        self._over(request)
        return False

    def _send(
        self, kind: str, declared: Declaration, *, physical_id: str | None = None, old: Declaration | None = None
    ) -> Request:
        number, now = self.resource.first_request + len(self.requests), self._scheduler.now()
        timeout = float(declared.get("ServiceTimeout", 3600))
        event = request_event(
            kind,
            declared,
            number=number,
            # Not before the stack's operation has begun, or before the last request is over: only then it is known
            # which one follows.
            sent=max(now - self.signs_before, self._operation_began, self._last_over),
            physical_id=physical_id,
            old=old,
            stack_id=self.resource.stack_id,
            logical_id=self.resource.logical_id,
        )
        request = Request(kind, event, declared, now, timeout, Signal(self._scheduler))
        self.requests.append(request)
        self._show(request, "IN_PROGRESS")
        self._function.invoke(json.dumps(event).encode(), after=self.held_back())
        return request

    def _over(self, request: Request) -> None:
        """CloudFormation no longer waits for the response."""
        request.given_up = True
        self._last_over = self._scheduler.now()
        succeeded = request.answer is not None and request.answer.succeeded and not request.cancelled
        self._show(request, "COMPLETE" if succeeded else "FAILED")

    def _show(self, request: Request, state: str) -> None:
        self._statuses.append((f"{str(request.event['RequestType']).upper()}_{state}", self._scheduler.now()))
