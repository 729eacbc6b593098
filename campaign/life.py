"""One life: a stack is created, changed a few times, and deleted, while everything around it may go wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from campaign import bounds, declarations, invariants, logs, scene
from campaign.aws import Client, sagemaker_of
from campaign.chance import Chance, Odds
from campaign.cloudformation import Answer, CloudFormation, Request
from campaign.declarations import GIVEN_NAME, PRODUCTION, SHADOW, Declaration
from campaign.function import Context, Function, simulated_timers
from campaign.invariants import Violation
from campaign.malformed import Strangers
from campaign.response_address import ResponseAddress
from campaign.scheduler import Scheduler
from inference_experiment_handler import index
from inference_experiment_handler.answer import deliver
from inference_experiment_handler.resource import Edges
from local.sagemaker import CancelFault, SageMaker, ServiceError, SilentRollback

START = datetime(2030, 1, 1, tzinfo=UTC)
_QUIET = timedelta(minutes=2)
"""What is judged a while after somebody meddled, or a test began or ended by itself, says nothing of the handler."""

_NEVER = timedelta()


@dataclass
class Outcome:
    """What one life came to."""

    seed: int
    violations: list[Violation] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    answers: int = 0
    unanswerable: int = 0
    billed: float = 0.0
    """Seconds that Lambda would bill."""
    calls: int = 0
    hops: int = 0
    invocations: int = 0
    slowest: timedelta = _NEVER
    """The longest that a request took to be answered."""
    log: str = ""


class Life:
    """One seed's life."""

    def __init__(self, seed: int) -> None:
        self.outcome = Outcome(seed)
        self.chance = Chance(seed)
        dice = self.dice = self.chance.random
        self.scheduler = Scheduler(START)
        self.service = SageMaker(self.scheduler, behaviour=scene.behaviour(self.chance))
        timeout = timedelta(minutes=dice.choice([3, 15, 15]))
        self.function = Function(self.scheduler, self.chance, self._serve, timeout)
        self.stack = CloudFormation(self.scheduler, self.chance, self.function)
        self.stack.on_answer = self._answered
        self.strangers = Strangers(self.scheduler, self.chance, self.function)
        self.address = ResponseAddress(self.scheduler, self.chance, self._receive)
        self._deliveries: dict[greenlet, int] = {}
        self._delivery = 0
        denied = START + timedelta(seconds=60) if self.chance.hits("denied") else START
        parts = (self.scheduler, self.chance, self.function)
        self.sagemaker = Client(*parts, sagemaker_of(self.service), denied_until=denied.timestamp())
        self.cloudformation = Client(*parts, self.stack.describe_stacks)
        self.poll_seconds = 30.0 if self.service.behaviour.starting > timedelta(minutes=20) else 5.0
        self.scene = scene.Scene(self.scheduler, self.service)
        self.promoting = self.keeping = False
        self.meddled = START - timedelta(days=1)
        self.spoilt = False
        """Somebody, or SageMaker, has changed the experiment for good since the last operation of the stack began."""
        self.left_behind = False
        """SageMaker itself may have left the shadow on the endpoint."""
        self.over = False

    def run(self) -> Outcome:
        self.scene.set_up()
        self.scheduler.spawn(self._live)
        with simulated_timers(self.scheduler), self.address.connected():
            self.scheduler.run()
        if not self.over:
            self._violated(1, "the stack never came to its end")
        self._look_back()
        return self.outcome

    # The story.

    def _live(self) -> None:
        named = self.dice.random() < 0.4
        if named and self.dice.random() < 0.1:
            self.scene.create_foreign(GIVEN_NAME)
        declared = declarations.first(self.dice, self.scheduler.now(), named=named)
        self._remember(declared)
        self._unnerve()
        self.stack.create(declared)
        self._judge()
        for _ in range(self.dice.choice([0, 1, 1, 2, 3, 4])):
            if not self.stack.status.endswith("_COMPLETE") or self.stack.status in (
                "ROLLBACK_COMPLETE",
                "DELETE_COMPLETE",
            ):
                break
            self._idle()
            declared = declarations.following(self.dice, self.scheduler.now(), self.stack.declared)
            self._remember(declared)
            self.spoilt = False
            self._unnerve()
            nothing_to_do = self._is_nothing_to_do(declared)
            self.stack.update(declared)
            if nothing_to_do:
                self._check_little_was_called()
            self._continue_rollback()
            self._judge()
        self._idle()
        self._end()
        self.over = True

    def _is_nothing_to_do(self, declared: Declaration) -> bool:
        """Whether nothing is declared anew, nothing goes wrong, and nothing moves by itself meanwhile."""
        quiet = self.chance.odds == Odds() and not self._moves_by_schedule() and not self._unsettled()
        return quiet and declarations.is_same_test(self.stack.declared, declared)

    def _check_little_was_called(self) -> None:
        request = self.stack.requests[-1]
        called = bounds.first_calls(self.function.of(request.id))
        if len(called) > bounds.CALLS_OF_A_NO_OP:
            self._violated(10, f"{request.id} had nothing to do, and called {called}")

    def _continue_rollback(self) -> None:
        if self.stack.status != "UPDATE_ROLLBACK_FAILED":
            return
        if not self._excused(self.stack.requests[-1]):
            self._violated(5, f"{self.stack.requests[-1].id}: {self._reason(self.stack.requests[-1])}")
        for _ in range(3):
            if self.stack.status == "UPDATE_ROLLBACK_FAILED":
                self.stack.continue_rollback()

    def _end(self) -> None:
        for attempt in range(4):
            if self.stack.status == "DELETE_COMPLETE":
                break
            if attempt:
                # The owner reads the reason, and does what it says.
                self.chance.calm()
                self.service.faults.clear()
                self.scene.restore_the_endpoint()
            self.stack.delete()
        if self.stack.status != "DELETE_COMPLETE":
            self._violated(2, f"the stack can't be deleted: {self._reason(self.stack.requests[-1])}")
        # Whatever Lambda still has in store comes late.
        self.scheduler.sleep(3 * 3600)

    def _idle(self) -> None:
        self._meddle()
        self.scheduler.sleep(self.dice.choice([60, 3600, 86_400, 10 * 86_400]))
        if self.dice.random() < 0.5:
            self.scene.restore_the_endpoint()

    def _remember(self, declared: Declaration) -> None:
        self.promoting = self.promoting or invariants.promotes(declared)
        self.keeping = self.keeping or invariants.keeps_the_shadow(declared)

    # What goes wrong.

    def _unnerve(self) -> None:
        """Something may go wrong in the next operation."""
        if self.chance.hits("test_fails"):
            status = self.dice.choice(["Creating", "Starting", "Updating"])
            self.service.faults.add(CancelFault(status, "no capacity"))
            self.left_behind = self.left_behind or status == "Updating"
        if self.chance.hits("silent_rollback"):
            self.service.faults.add(SilentRollback())
            self.left_behind = True
        self.scheduler.spawn(self._meddle, seconds=self.dice.uniform(0, 1200))
        if self.chance.hits("malformed"):
            self.scheduler.spawn(self.strangers.invoke, seconds=self.dice.uniform(0, 1200))

    def _meddle(self) -> None:
        """Somebody does something to the experiment by hand."""
        mine = invariants.own(self.service)
        if self.over or not mine or not self.chance.hits("meddling"):
            return
        victim = self.dice.choice(mine)
        name = victim["Name"]
        what: list[tuple[str, dict[str, Any]]] = [
            ("StopInferenceExperiment", {"ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Remove"}}),
            ("UpdateInferenceExperiment", {"Description": "somebody else's"}),
            ("DeleteInferenceExperiment", {}),
            ("StartInferenceExperiment", {}),
        ]
        if name != GIVEN_NAME and not name.startswith(f"{GIVEN_NAME}-"):
            # Without them an experiment whose name anybody may give is nobody's, for good.
            what.append(("DeleteTags", {"TagKeys": list(self.service.tags_by_arn()[victim["Arn"]])}))
        operation, arguments = self.dice.choice(what)
        whose = {"ResourceArn": victim["Arn"]} if operation == "DeleteTags" else {"Name": name}
        try:
            self.service.call(operation, {**whose, **arguments}, principal="somebody")
        except ServiceError:
            return
        self.meddled, self.spoilt = self.scheduler.now(), True

    def _serve(self, event: Any, context: Context) -> None:
        edges = Edges(
            sagemaker=lambda: self.sagemaker,
            cloudformation=lambda: self.cloudformation,
            invoke=self._hand_over,
            now=self.scheduler.now,
            sleep=self._sleep,
            deliver=self._deliver,
            poll_seconds=self.poll_seconds,
        )
        index.serve(event, context, edges)

    def _sleep(self, seconds: float) -> None:
        self.scheduler.sleep(seconds)

    def _hand_over(self, _: str, payload: bytes) -> None:
        self.function.perhaps_crash()
        self.scheduler.sleep(0.1)
        if self.chance.hits("invoke_refused"):
            raise RuntimeError("TooManyRequestsException")
        if not self.chance.hits("invoke_lost"):
            self.function.invoke(payload)
        self.function.perhaps_crash()

    def _deliver(self, url: str, body: bytes) -> bool:
        self.function.perhaps_crash()
        self._deliveries[getcurrent()] = self._delivery = self._delivery + 1
        delivered = deliver(url, body)
        self.function.perhaps_crash()
        return delivered

    def _receive(self, url: str, body: bytes) -> None:
        request = next((each for each in self.stack.requests if each.event["ResponseURL"] == url), None)
        if request is None:
            self.strangers.receive(url, body)
        else:
            self.stack.receive(request, body, self._deliveries[getcurrent()])

    # What must hold.

    def _answered(self, request: Request, answer: Answer) -> None:
        problem = invariants.answered(request, answer)
        if problem and not self._too_late(request):
            self._violated(1, problem)
        self._check_production()
        counts = answer is request.answers[0] and not request.given_up
        if not counts or not answer.succeeded:
            return
        if request.kind == "Delete":
            self._check_deleted(request, answer)
        elif not self._unsettled():
            now, rollback = self.scheduler.now(), request.kind == "Rollback"
            problem = invariants.unlike(request.declared, answer.physical_id, self.service, now, rollback=rollback)
            if problem and not (rollback and self._excused(request)):
                self._violated(4, f"{request.id} {request.kind}: {problem}")

    def _check_deleted(self, request: Request, answer: Answer) -> None:
        for each in invariants.own(self.service):
            if each["Name"] == answer.physical_id and each["Status"] not in invariants.ENDED:
                self._violated(2, f"{request.id}: {each['Name']} is {each['Status']} after its Delete")

    def _judge(self) -> None:
        """A while after an operation of the stack, the experiment is as the stack now declares it."""
        self.scheduler.sleep(300)
        if self.spoilt or self._unsettled() or self._moves_by_schedule():
            return
        now = self.scheduler.now()
        if self.stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            rollback = self.stack.status == "UPDATE_ROLLBACK_COMPLETE"
            problem = invariants.unlike(
                self.stack.declared, self.stack.physical_id, self.service, now, rollback=rollback
            )
            if problem:
                self._violated(7, f"{self.stack.status}: {problem}")

    def _look_back(self) -> None:
        stack, outcome = self.stack, self.outcome
        for request in stack.requests:
            runs = self.function.of(request.id)
            many = 1 + sum(run.again for run in runs)
            if self._unreachable(request) or self._too_late(request):
                outcome.unanswerable += not request.answers
            elif not request.answers:
                self._violated(1, f"{request.id} {request.kind} was never answered")
            if len(request.answers) > many:
                self._violated(1, f"{request.id} was answered {len(request.answers)} times")
        left = [each["Name"] for each in invariants.own(self.service) if each["Status"] not in invariants.ENDED]
        if stack.status == "DELETE_COMPLETE" and set(left) - stack.leaked:
            self._violated(2, f"{left} still there when all is over")
        if invariants.shadows(self.service) and not (self.keeping or self.left_behind or stack.leaked):
            self._violated(2, "a shadow is on the endpoint when all is over")
        for touched in invariants.foreign_calls(self.service, self.scene.foreign):
            self._violated(3, touched)
        self._check_production()
        outcome.faults = self.chance.counts
        outcome.requests = len(stack.requests)
        outcome.answers = sum(len(request.answers) for request in stack.requests)
        outcome.calls = sum(len(run.calls) for run in self.function.runs)
        outcome.billed = sum(run.seconds for run in self.function.runs)
        outcome.hops = sum(bool(run.hops) for run in self.function.runs)
        outcome.invocations = len(self.function.runs)
        outcome.slowest = max(
            (each.answers[0].at - each.sent for each in stack.requests if each.answers), default=_NEVER
        )
        for complaint in self.strangers.complaints(self.address.expired):
            self._violated(9, complaint)
        for excess in bounds.exceeded(self.function, stack.requests, self.poll_seconds):
            self._violated(10, excess)

    def _check_production(self) -> None:
        models = invariants.served_models(self.service)
        if not self.promoting and models != ["champion"]:
            self._violated(6, f"production serves {models}")

    def _moves_by_schedule(self) -> bool:
        """Whether a test is just starting or stopping because its time has come."""
        now = self.scheduler.now()
        return any(
            each["Status"] == status and each["Schedule"].get(moment, now) <= now
            for each in invariants.own(self.service)
            for status, moment in (("Starting", "StartTime"), ("Stopping", "EndTime"))
        )

    def _unsettled(self) -> bool:
        """Whether something that is not the handler's doing has just happened to the experiment."""
        now = self.scheduler.now()
        if now - self.meddled < _QUIET:
            return True
        moments = (each.get("CompletionTime") for each in invariants.own(self.service))
        starts = (each["Schedule"].get("StartTime") for each in invariants.own(self.service) if each.get("Schedule"))
        return any(moment and abs(now - moment) < _QUIET for moment in (*moments, *starts))

    def _excused(self, request: Request) -> bool:
        return self.spoilt or self.left_behind or self._unreachable(request)

    def _unreachable(self, request: Request) -> bool:
        """Whether Lambda has given it up, or its answer can't be put anywhere."""
        return request.id in self.function.exhausted or self.address.expired(request.event["ResponseURL"])

    def _too_late(self, request: Request) -> bool:
        """Whether Lambda delivered it, or a hand-over of it, so late that hardly any time was left."""
        began = max((run.began for run in self.function.of(request.id)), default=START)
        return (began - request.sent).total_seconds() > request.timeout - 120

    def _reason(self, request: Request) -> str:
        return request.answer.body["Reason"] if request.answer else "no answer"

    def _violated(self, invariant: int, what: str) -> None:
        self.outcome.violations.append(Violation(invariant, what, self.scheduler.now()))


def live(seed: int, *, log: bool = False) -> Outcome:
    """Lives one seed's life."""
    # The level changes nothing but what is logged; a replay is to be read.
    level = "INFO" if log else Random(seed).choice(logs.LEVELS)  # noqa: S311
    with logs.captured(level) as stream:
        life = Life(seed)
        try:
            outcome = life.run()
        except Exception as error:
            # Exceptions of a worker process don't all survive the way back.
            raise RuntimeError(f"seed {seed} broke the campaign itself: {error!r}") from error
    text = stream.getvalue()
    for line in logs.faulty(text):
        outcome.violations.append(Violation(8, line[:200], life.scheduler.now()))
    outcome.log = text if log else ""
    return outcome
