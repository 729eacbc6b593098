"""Checks one life: the responses, the live state after them, and what is left at the end.

A difference that the handler does not cause is not a violation: someone else has just changed something, a test has
started or ended by its own schedule, Lambda has dropped a request, or SageMaker itself has left the shadow variant on
the endpoint.
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
"""Shortly after a change by someone else, or after a scheduled start or end, the state says nothing about the handler.
"""


class Judge:
    """Knows what the stack's author declared, and what others did."""

    def __init__(self, world: World, stack: CloudFormation, outcome: Outcome) -> None:
        self._world, self.stack, self.outcome = world, stack, outcome
        self._service, self._function, self.resource = world.service, world.function, stack.resource
        self.excuses = Excuses(world, stack)
        self.standing = world.standings[stack.resource.endpoint]
        self.standing.on_change.append(self.meddled)
        self.standing.lost.append(lambda: bool(stack.leaked) or self.excuses.given_up)
        self._meddled = START - timedelta(days=1)
        self._stop_shows = self._meddled
        """When the Stop of someone else, or of a guardrail, shows at the latest."""
        self._restored: datetime | None = None
        self.spoilt = False
        """Someone else, or SageMaker, has changed the experiment permanently since the last operation of the stack
        began.
        """
        self.started_early: set[str] = set()
        """The experiments that someone else has started. A declaration of their start is still considered met."""
        self.adopts = False
        """The stack takes over a test that someone else has created."""
        self.written_off: set[str] = set()
        """Experiments whose records a Delete or a rollback has left. They do not run: their endpoint did not exist."""
        stack.on_answer = self._answered
        world.productions[stack.resource.endpoint].on_violation = lambda what: self.violated(6, what)

    def declared(self, declared: Declaration) -> None:
        """Records a declaration that will be deployed."""
        # A change shortly before may not be visible to the handler yet.
        self.spoilt = self._world.scheduler.now() - self._meddled < _LATE
        self.standing.declared(declared)

    def meddled(self) -> None:
        """Records that someone else has changed the experiment."""
        self._meddled, self.spoilt = self._world.scheduler.now(), True

    def stopped(self) -> None:
        """Records that someone else, or a guardrail, has stopped the experiment, which may show only minutes later."""
        self.meddled()
        shows_after = self._service.behaviour.stop_shows_after
        self._stop_shows = self._meddled + shows_after
        self._world.scheduler.spawn(self.meddled, seconds=shows_after.total_seconds())

    def endpoint_changed(self) -> None:
        """Records that someone else has updated or scaled the endpoint."""
        self.standing.change()

    def endpoint_restored(self) -> None:
        """Records that the endpoint's owner has restored what it served in the beginning."""
        self._restored = self._world.scheduler.now()
        if self.standing.shared:
            self.standing.change()

    def violated(self, invariant: int, what: str) -> None:
        self.outcome.violations.append(Violation(invariant, what, self._world.scheduler.now()))

    def operation_ended(self) -> None:
        """Checks that some time after an operation of the stack, the experiment is as the stack declares it."""
        if self.spoilt or self._unsettled() or self._moves_by_schedule() or not self.stack.there:
            return
        now = self._world.scheduler.now()
        if self.stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            rollback = self.stack.status == "UPDATE_ROLLBACK_COMPLETE"
            problem = self._unlike(self.stack.declared, self.stack.physical_id, now, rollback=rollback)
            if problem and not (rollback and self._may_leave_it(self.stack.requests[-1])):
                self.violated(7, f"{self.stack.status}: {problem}")
            if not rollback and not self._is_called_off(self.stack.declared, self.stack.physical_id):
                for missing in invariants.missing_tags(self.stack.declared, self.stack.physical_id, self._service):
                    self.violated(4, f"{self.stack.status}: {missing}")

    def _unlike(self, declared: Declaration, name: str, now: datetime, *, rollback: bool) -> str | None:
        if rollback and all(each["Name"] != name for each in self._own()):
            # It no longer exists, and another may have its name. Nothing is left that could be reverted.
            return None
        if self._is_called_off(declared, name):
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

    def _is_called_off(self, declared: Declaration, name: str) -> bool:
        """Whether a conclusion is declared, and a test of the other resource has the name.

        The handler deletes a scheduled test that it can't stop, so that the name is free.
        """
        others = [each for each in self._world.resources if each is not self.resource]
        theirs = [each["Name"] for resource in others for each in invariants.own(self._service, resource)]
        return "DesiredState" in declared and name in theirs

    def rollback_failed(self) -> None:
        """Checks whether the rollback was allowed to fail."""
        request = self.stack.requests[-1]
        # Lambda may be late with each invocation, not only with the first.
        waits = self._function.waits(request.id, request.sent)
        unserved = sum((end - begin for begin, end in waits), timedelta())
        # The handler waits for the update that is rolled back, for the rollback's own, and for an undocumented status.
        unknown = self._world.sagemaker.unknown_since(request.sent)
        # If the URL was signed early, the handler waits a minute for each second (decision 19).
        waited = 60 * self.stack.signs_before
        took = 2 * self._world.slowest + unserved + unknown + waited
        slow = took.total_seconds() > request.timeout - 300
        if not self._excused(request) and not self.excuses.too_late(request) and not slow:
            self.violated(5, f"{request.id}: {request.reason}")
        # The stack's owner must remove what a rollback can't remove, and continues without it.
        others = {each["Name"] for each in self._own()} - {self.stack.physical_id}
        self.stack.leaked |= others

    def is_nothing_to_do(self, declared: Declaration) -> bool:
        """Whether the declaration does not change, no fault occurs, and nothing changes by itself in the meantime."""
        quiet = self._world.chance.quiet and not self._moves_by_schedule() and not self._unsettled()
        # If the handler did not wait for a test, the next request corrects its end.
        quiet = quiet and "WaitFor" not in declared
        # The same applies to a test that someone else has started, because a duration counts from the actual start.
        quiet = quiet and self.stack.physical_id not in self.started_early
        # A test on an endpoint that no longer exists differs from its declaration.
        quiet = quiet and not self.standing.changed
        return quiet and is_same_test(self.stack.declared, declared)

    def check_little_was_called(self) -> None:
        request = self.stack.requests[-1]
        runs = self._function.of(request.id)
        called = bounds.first_calls(runs)
        # A guardrail may have taken the lease since, and may have begun to end the test, for which the request waits.
        before = self.stack.requests[-2].sent
        looked = any(call.request == "Guardrail" and call.at >= before for call in self._world.calls.made)
        # Before a late delivery, the test may start or end by its schedule.
        changed = self.standing.changed or runs[0].delayed
        if len(called) > bounds.CALLS_OF_A_NO_OP and not looked and not changed:
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
            left = rollback and self._may_leave_it(request)
            if problem and not left and not self._is_updated_beside(request):
                self.violated(4, f"{request.id} {request.kind}: {problem}")
        if request.kind == "Rollback":
            self._check_not_undone(request, answer)
            # A rollback leaves the new run if SageMaker rejects the Stop because there is no endpoint.
            stops = [call for call in self._calls() if call.operation == "StopInferenceExperiment"]
            rejected = {call.name for call in stops if call.code and call.at >= request.sent}
            self._write_off({each["Name"] for each in self._own() if each["Name"].lower() in rejected})

    def _is_updated_beside(self, request: Request) -> bool:
        """Whether two invocations serve the request at once, and one of them has just updated the test.

        Neither knows of the other. `operation_ended` checks what they leave.
        """
        now = self._world.scheduler.now()
        updated = any(
            call.request == request.id
            and call.operation == "UpdateInferenceExperiment"
            and not call.code
            and now - call.at < _LATE
            for call in self._calls()
        )
        return updated and self._function.serving(request.id) > 1

    def _check_not_undone(self, request: Request, answer: Answer) -> None:
        """Checks that a rollback does not end the test that it restores."""
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
        # `Takeover` checks what a rolled-back takeover leaves, once the tags are visible.
        goes_on = self.resource.given_name if self.adopts and "ROLLBACK" in self.stack.status else ""
        self._write_off({each["Name"] for each in self._own()} - {goes_on})
        for each in self._own():
            judged = each["Name"] == answer.physical_id and each["Name"] not in (goes_on, *self.written_off)
            if judged and each["Status"] not in invariants.ENDED:
                self.violated(2, f"{request.id}: {each['Name']} is {each['Status']} after its Delete")
        # If SageMaker has rolled the endpoint back, and someone has deleted the test, nothing shows that any more.
        hidden = self.standing.left_behind and self.spoilt
        if not self.standing.changed and not hidden:
            calls, requests = self._world.calls, self.stack.requests
            problem = sizes.left_otherwise(request, answer, calls, requests, self._service)
            if problem:
                self.violated(4, f"{request.id} {request.kind}: {problem}")

    def _write_off(self, names: set[str]) -> None:
        """Records the experiments that a Delete or a rollback leaves because their endpoint does not exist."""
        endpoint, now = endpoints.endpoint(self._service, self.resource.endpoint), self._world.scheduler.now()
        # Someone may have created it again since the handler looked.
        gone = not endpoint or now - endpoint["CreationTime"] < _LATE
        # A scheduled test would start once the endpoint exists again.
        started = {each["Name"] for each in self._own() if each["Status"] != "Created"}
        if gone:
            self.written_off |= names & started

    def others_run(self) -> bool:
        """Whether a test of another owner is on the endpoint."""
        own = [each["Name"] for each in self._own()]
        return any(
            each["Name"] not in own
            and each["Status"] not in invariants.ENDED
            and each["EndpointMetadata"]["EndpointName"] == self.resource.endpoint
            for each in self._service.experiments()
        )

    def _concerned(self) -> list[dict[str, Any]]:
        """The stack's experiments, and one that it takes over, whose tags may not be visible yet."""
        own, name = self._own(), self.stack.physical_id or self.resource.given_name
        other = self._service.experiment(name) if self.adopts else None
        return [*own, other] if other is not None and other not in own else own

    def _calls(self) -> list[HandlerCall]:
        """What the handler has changed, or tried to change, for this stack."""
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
        """Whether a test is starting or stopping by its schedule."""
        now = self._world.scheduler.now()
        return any(
            each["Status"] == status and each["Schedule"].get(moment, now) <= now
            for each in self._concerned()
            for status, moment in (("Starting", "StartTime"), ("Stopping", "EndTime"))
        )

    def _is_restored_since(self, name: str) -> bool:
        """Whether the endpoint's owner has removed what a test has left on the endpoint."""
        ended = next((each.get("CompletionTime") for each in self._own() if each["Name"] == name), None)
        return ended is not None and self._restored is not None and ended <= self._restored

    def _may_leave_it(self, request: Request) -> bool:
        """Whether a rollback may leave a test as it is, because the handler does not know its status or endpoint."""
        unknown = "unknown_status" in self._world.chance.counts
        overtaken = any(self._on_its_way(call, request) and not call.code for call in self._calls())
        return self.standing.changed or unknown or overtaken or self._excused(request)

    def _on_its_way(self, call: HandlerCall, rollback: Request) -> bool:
        """Whether the rolled-back update made the call before it could know about the rollback.

        The responses of CloudFormation and the visible tags are up to a minute old.
        """
        return call.request != rollback.id and rollback.sent <= call.at < rollback.sent + _LATE

    def _unsettled(self) -> bool:
        """Whether the experiment has just changed for a reason other than the handler."""
        now = self._world.scheduler.now()
        if now - self._meddled < _QUIET or now < self._stop_shows:
            return True
        moments = (each.get("CompletionTime") for each in self._concerned())
        starts = (each["Schedule"].get("StartTime") for each in self._concerned() if each.get("Schedule"))
        return any(moment and abs(now - moment) < _QUIET for moment in (*moments, *starts))

    def _excused(self, request: Request) -> bool:
        refused = any(call.code == "ValidationException" and call.at >= request.sent for call in self._calls())
        return self.spoilt or self.standing.left_behind or refused or self.excuses.unreachable(request)
