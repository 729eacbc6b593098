"""Judges one life: what was answered, what is live then, and what is left when all is over.

What is not the handler's doing is no violation: somebody has just meddled, a test has begun or ended by its own
schedule, Lambda has given a request up, or SageMaker itself has left the shadow on the endpoint.
"""

from datetime import datetime, timedelta
from typing import Any

from campaign import bounds, endpoints, invariants, sizes
from campaign.cloudformation import CloudFormation, Request
from campaign.declarations import is_same_test
from campaign.excuses import Excuses
from campaign.handler_calls import HandlerCall
from campaign.invariants import Violation
from campaign.outcome import Outcome
from campaign.world import START, World
from simulation.cloudformation import Answer
from simulation.declarations import Declaration

_QUIET = timedelta(minutes=2)
_LATE = timedelta(minutes=1)
"""What is judged a while after somebody meddled, or a test began or ended by itself, says nothing of the handler."""


class Judge:
    """Has seen what the stack's author declared, and what others did."""

    def __init__(self, world: World, stack: CloudFormation, outcome: Outcome) -> None:
        self._world, self.stack, self.outcome = world, stack, outcome
        self._service, self._function, self.resource = world.service, world.function, stack.resource
        self.excuses = Excuses(world, stack)
        self.standing = world.standings[stack.resource.endpoint]
        self.standing.on_change.append(self.meddled)
        self.standing.lost.append(lambda: bool(stack.leaked) or self.excuses.given_up)
        self._meddled = START - timedelta(days=1)
        self._restored: datetime | None = None
        self.spoilt = False
        """Somebody, or SageMaker, has changed the experiment for good since the last operation of the stack began."""
        self.started_early: set[str] = set()
        """The experiments that somebody has started. A declaration that says when they start holds all the same."""
        self.adopts = False
        """The stack takes over a test that somebody has made."""
        self.written_off: set[str] = set()
        """What a Delete has left the records of: their endpoint was gone, so that nothing of them runs."""
        stack.on_answer = self._answered
        world.productions[stack.resource.endpoint].on_violation = lambda what: self.violated(6, what)

    def declared(self, declared: Declaration) -> None:
        """This is going to be deployed."""
        # What somebody has done right before may not show yet, so that the handler can't know of it.
        self.spoilt = self._world.scheduler.now() - self._meddled < _LATE
        self.standing.declared(declared)

    def meddled(self) -> None:
        """Somebody has done something to the experiment."""
        self._meddled, self.spoilt = self._world.scheduler.now(), True

    def endpoint_changed(self) -> None:
        """Somebody has updated or scaled the endpoint."""
        self.standing.change()

    def endpoint_restored(self) -> None:
        """The endpoint's owner has taken it back to what it served in the beginning."""
        self._restored = self._world.scheduler.now()
        if self.standing.shared:
            self.standing.change()

    def violated(self, invariant: int, what: str) -> None:
        self.outcome.violations.append(Violation(invariant, what, self._world.scheduler.now()))

    def operation_ended(self) -> None:
        """A while after an operation of the stack, the experiment is as the stack now declares it."""
        if self.spoilt or self._unsettled() or self._moves_by_schedule() or not self.stack.there:
            return
        now = self._world.scheduler.now()
        if self.stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            rollback = self.stack.status == "UPDATE_ROLLBACK_COMPLETE"
            problem = self._unlike(self.stack.declared, self.stack.physical_id, now, rollback=rollback)
            if problem and not (rollback and self._may_leave_it(self.stack.requests[-1])):
                self.violated(7, f"{self.stack.status}: {problem}")
            if not rollback:
                for missing in invariants.missing_tags(self.stack.declared, self.stack.physical_id, self._service):
                    self.violated(4, f"{self.stack.status}: {missing}")

    def _unlike(self, declared: Declaration, name: str, now: datetime, *, rollback: bool) -> str | None:
        if rollback and all(each["Name"] != name for each in self._own()):
            # It is gone, and perhaps another has its name now. Nothing is left that could be taken back.
            return None
        early = name in self.started_early
        return invariants.unlike(
            declared,
            name,
            self._service,
            now,
            rollback=rollback,
            started_early=early,
            before=[request.declared for request in self.stack.requests],
        )

    def rollback_failed(self) -> None:
        """The stack is UPDATE_ROLLBACK_FAILED."""
        request = self.stack.requests[-1]
        now = self._world.scheduler.now()
        began = min((run.began for run in self._function.of(request.id)), default=now)
        # The update that is taken back is waited for, then the rollback's own, and a status that is in no model.
        unknown = self._world.sagemaker.unknown_since(request.sent)
        took = 2 * self._world.slowest + (began - request.sent) + unknown
        slow = took.total_seconds() > request.timeout - 300
        if not self._excused(request) and not self.excuses.too_late(request) and not slow:
            self.violated(5, f"{request.id}: {request.reason}")
        # What a rollback can't remove is for the stack's owner, who goes on without it.
        others = {each["Name"] for each in self._own()} - {self.stack.physical_id}
        self.stack.leaked |= others

    def is_nothing_to_do(self, declared: Declaration) -> bool:
        """Whether nothing is declared anew, nothing goes wrong, and nothing moves by itself meanwhile."""
        quiet = self._world.chance.quiet and not self._moves_by_schedule() and not self._unsettled()
        # The end of a test that was not waited for is put right with the next request.
        quiet = quiet and "WaitFor" not in declared
        # Nor is that of a test that somebody has started: a duration counts from the actual start.
        quiet = quiet and self.stack.physical_id not in self.started_early
        # What runs on an endpoint that is gone is no longer as it is declared.
        quiet = quiet and not self.standing.changed
        return quiet and is_same_test(self.stack.declared, declared)

    def check_little_was_called(self) -> None:
        request = self.stack.requests[-1]
        called = bounds.first_calls(self._function.of(request.id))
        if len(called) > bounds.CALLS_OF_A_NO_OP:
            self.violated(10, f"{request.id} had nothing to do, and called {called}")

    def look_back(self) -> None:
        stack, outcome = self.stack, self.outcome
        for request in stack.requests:
            runs = self._function.of(request.id)
            many = 1 + sum(run.again for run in runs)
            if self.excuses.unreachable(request) or self.excuses.too_late(request):
                outcome.unanswerable += not request.answers
            elif not request.answers:
                self.violated(1, f"{request.id} {request.kind} was never answered")
            if len(request.answers) > many:
                self.violated(1, f"{request.id} was answered {len(request.answers)} times")
        left = {each["Name"] for each in self._own() if each["Status"] not in invariants.ENDED}
        left -= stack.leaked | self.written_off
        if stack.status == "DELETE_COMPLETE" and left and not self.excuses.given_up:
            self.violated(2, f"{sorted(left)} still there when all is over")
        excused = self.standing.may_have_a_shadow or self.others_run()
        if endpoints.shadows(self._service, self.resource.endpoint) and not excused:
            self.violated(2, "a shadow is on the endpoint when all is over")
        for touched in invariants.foreign_calls(self._service, self._world.scene.foreign):
            self.violated(3, touched)
        self._check_production()
        for complaint in self._world.strangers.complaints(self._world.address.expired):
            self.violated(9, complaint)
        for excess in bounds.exceeded(self._function, stack.requests, self._world.poll_seconds):
            self.violated(10, excess)

    def _answered(self, request: Request, answer: Answer) -> None:
        problem = invariants.answered(request, answer)
        if problem and not self.excuses.too_late(request):
            self.violated(1, problem)
        self._check_production()
        counts = answer is request.answers[0] and not request.given_up
        if not counts or not answer.succeeded:
            return
        if request.kind == "Delete":
            self._check_deleted(request, answer)
        elif not self._unsettled():
            now, rollback = self._world.scheduler.now(), request.kind == "Rollback"
            problem = self._unlike(request.declared, answer.physical_id, now, rollback=rollback)
            if not rollback and not self.standing.changed and not self._is_restored_since(answer.physical_id):
                problem = problem or sizes.concluded_otherwise(request.declared, answer.physical_id, self._service)
            if problem and not (rollback and self._may_leave_it(request)):
                self.violated(4, f"{request.id} {request.kind}: {problem}")
        if request.kind == "Rollback":
            self._check_not_undone(request, answer)

    def _check_not_undone(self, request: Request, answer: Answer) -> None:
        """A rollback does not end the very test that it goes back to."""
        concluded = any("DesiredState" in each.declared for each in self.stack.requests)
        for call in self._calls():
            ends = call.operation in ("StopInferenceExperiment", "DeleteInferenceExperiment") and not call.code
            after = call.at >= request.sent
            if (
                ends
                and after
                and not concluded
                and not self._on_its_way(call, request)
                and (call.name == answer.physical_id.lower())
            ):
                self.violated(5, f"{request.id} {call.operation} of what it goes back to")

    def _check_deleted(self, request: Request, answer: Answer) -> None:
        # What a takeover that is taken back leaves is judged by `Takeover`, once its tags show.
        goes_on = self.adopts and "ROLLBACK" in self.stack.status and self.resource.given_name
        gone = not endpoints.endpoint(self._service, self.resource.endpoint)
        for each in [each for each in self._own() if each["Name"] not in (goes_on, *self.written_off)]:
            if gone and each["Status"] != "Created":
                # Nothing of it runs, but one that is scheduled would start once there is such an endpoint again.
                self.written_off.add(each["Name"])
            elif each["Name"] == answer.physical_id and each["Status"] not in invariants.ENDED:
                self.violated(2, f"{request.id}: {each['Name']} is {each['Status']} after its Delete")
        if not self.standing.changed:
            calls, requests = self._world.calls, self.stack.requests
            problem = sizes.left_otherwise(request, answer, calls, requests, self._service)
            if problem:
                self.violated(4, f"{request.id} {request.kind}: {problem}")

    def others_run(self) -> bool:
        """Whether somebody else's test is on the endpoint."""
        own = [each["Name"] for each in self._own()]
        return any(
            each["Name"] not in own
            and each["Status"] not in invariants.ENDED
            and each["EndpointMetadata"]["EndpointName"] == self.resource.endpoint
            for each in self._service.experiments()
        )

    def _concerned(self) -> list[dict[str, Any]]:
        """Its experiments, and one that it takes over, whose tags may not show yet."""
        own, name = self._own(), self.stack.physical_id or self.resource.given_name
        others = self._service.experiments() if self.adopts else []
        return own + [each for each in others if each["Name"] == name and each not in own]

    def _calls(self) -> list[HandlerCall]:
        """What the handler has changed, or tried to, on behalf of this stack."""
        owner = tuple(self.resource.tags.values())
        made = self._world.calls.made
        return [call for call in made if call.asked_by == owner and call.request != "Guardrail"]

    def _own(self) -> list[dict[str, Any]]:
        return invariants.own(self._service, self.resource)

    def _check_production(self) -> None:
        models = endpoints.served_models(self._service, self.resource.endpoint)
        if not self.standing.promoting and not self.standing.changed and models != ["champion"]:
            self.violated(6, f"production serves {models}")

    def _moves_by_schedule(self) -> bool:
        """Whether a test is just starting or stopping because its time has come."""
        now = self._world.scheduler.now()
        return any(
            each["Status"] == status and each["Schedule"].get(moment, now) <= now
            for each in self._concerned()
            for status, moment in (("Starting", "StartTime"), ("Stopping", "EndTime"))
        )

    def _is_restored_since(self, name: str) -> bool:
        """Whether what a test has left on the endpoint was taken off it by the endpoint's owner."""
        ended = next((each.get("CompletionTime") for each in self._own() if each["Name"] == name), None)
        return ended is not None and self._restored is not None and ended <= self._restored

    def _may_leave_it(self, request: Request) -> bool:
        """Whether a rollback may leave a test as it is: what it is, or what it runs on, is not known to the handler."""
        unknown = "unknown_status" in self._world.chance.counts
        overtaken = any(self._on_its_way(call, request) and not call.code for call in self._calls())
        return self.standing.changed or unknown or overtaken or self._excused(request)

    def _on_its_way(self, call: HandlerCall, rollback: Request) -> bool:
        """Whether the update that a rollback takes back made the call before it could know of the rollback.

        What CloudFormation said of the stack, and what the tags show, is up to a minute old. And an update that Lambda
        delivers late can't be told from the rollback itself, until that is delivered.
        """
        began = min((run.began for run in self._function.of(rollback.id)), default=rollback.sent)
        return call.request != rollback.id and rollback.sent <= call.at < max(rollback.sent, began) + _LATE

    def _unsettled(self) -> bool:
        """Whether something that is not the handler's doing has just happened to the experiment."""
        now = self._world.scheduler.now()
        if now - self._meddled < _QUIET:
            return True
        moments = (each.get("CompletionTime") for each in self._concerned())
        starts = (each["Schedule"].get("StartTime") for each in self._concerned() if each.get("Schedule"))
        return any(moment and abs(now - moment) < _QUIET for moment in (*moments, *starts))

    def _excused(self, request: Request) -> bool:
        refused = any(call.code == "ValidationException" and call.at >= request.sent for call in self._calls())
        return self.spoilt or self.standing.left_behind or refused or self.excuses.unreachable(request)
