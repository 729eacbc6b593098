"""Judges promotions with a gate: which may take place, and what a refused one leaves."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from campaign.cloudformation import Request
from campaign.handler_calls import HandlerCall
from campaign.judge import Judge
from campaign.measurements import ALARM, MADE_OF, NOT_KNOWN, Measurements, Truth
from campaign.world import START, World
from inference_experiment_handler.model.tags import PENDING_STOP
from simulation.cloudformation import Answer
from simulation.declarations import SHADOW

_LATE = timedelta(minutes=1)
"""The handler reads alarms before metrics. And what it knows of the stack may be as old."""
_JUST = timedelta(minutes=2)
"""What the handler does at once after a verdict, it does within this time, with what its clients retry."""
_WINDOWS = {"PT1H": timedelta(hours=1), "PT2H": timedelta(hours=2)}
_REFUSED = "PromoteIf "
_UPDATE, _STOP = "UpdateInferenceExperiment", "StopInferenceExperiment"


class Reading(NamedTuple):
    """A look of the handler at metrics, and what was true then."""

    at: datetime
    truth: Truth


class GateJudge:
    """Knows what was true when the handler read the metrics."""

    def __init__(self, world: World, judge: Judge, measured: Measurements) -> None:
        self._world, self._judge, self._stack, self._measured = world, judge, judge.stack, measured
        self._readings: dict[str, list[Reading]] = defaultdict(list)
        self._alarm_changed = START
        world.calls.on_success.append(self._called)
        self._then = self._stack.on_answer
        self._stack.on_answer = self._answered

    def alarm_changed(self) -> None:
        self._alarm_changed = self._world.scheduler.now()

    def metrics_are_read(self) -> None:
        request = self._request(str(self._world.function.present_event.get("RequestId")))
        if request is not None:
            self._readings[request.id].append(Reading(self._world.scheduler.now(), self._truth(request)))

    def _truth(self, request: Request) -> Truth:
        gate, now = request.declared["PromoteIf"], self._world.scheduler.now()
        created = self._created()
        if created is None:
            return NOT_KNOWN
        enforced = (each for each in gate["Criteria"] if each.get("Enforce", True))
        return Truth.all(self._truth_of(each, gate, created, now) for each in enforced)

    def _truth_of(self, criterion: dict[str, Any], gate: dict[str, Any], created: datetime, now: datetime) -> Truth:
        cloudwatch = self._world.cloudwatch
        if criterion["Type"] == "Alarms":
            fine, settled = cloudwatch.alarms.get(ALARM) == "OK", now - self._alarm_changed > _LATE
            return Truth(fine or not settled, fine and settled)
        flawed = cloudwatch.statuses.keys() | cloudwatch.notes.keys()
        if cloudwatch.messages or flawed & set(MADE_OF[criterion["Type"]]):
            return NOT_KNOWN
        window = _WINDOWS[gate["Window"]] if "Window" in gate else None
        return self._measured.truth(criterion, window, created, now, cloudwatch.late)

    def _created(self) -> datetime | None:
        found = self._world.service.experiment(self._stack.physical_id)
        return found["CreationTime"] if found is not None else None

    def _request(self, id: str) -> Request | None:
        return next((each for each in self._stack.requests if each.id == id), None)

    def _called(self, call: HandlerCall) -> None:
        request = self._request(call.request)
        if request is None:
            return
        if call.operation == _STOP:
            self._check_rolled_back(request, call)
        # A rollback may end what the failed update has created, as that declared for its deletion.
        concludes = _is_gated(request) and call.name == self._stack.physical_id.lower()
        if call.parameters.get("ModelVariantActions", {}).get(SHADOW) == "Promote" and concludes:
            self._check_promotion(request, call)

    def _check_promotion(self, request: Request, call: HandlerCall) -> None:
        what = f"{request.id} {request.kind} promotes {call.name}"
        if request.kind == "Rollback":
            self._judge.violated(12, f"{what} in a rollback")
            return
        if not any(self._may_hold_before(request, at) for at in self._decisions(request, call)):
            self._judge.violated(12, f"{what}, which its gate does not allow: {request.declared['PromoteIf']}")

    def _decisions(self, request: Request, stop: HandlerCall) -> list[datetime]:
        """When the request may have decided to promote, after which it does not judge again.

        That is when SageMaker accepted an update of the test, or when it may have accepted a stop. If Lambda ran the
        request again, it does not know whether a stop was sent after the intent was recorded.
        """
        made = [each for each in self._world.calls.made if each.request == request.id]
        again = self._is_run_again(request)
        return [
            stop.at,
            *(each.at for each in made if each.operation == _UPDATE and not each.code),
            *(each.at for each in made if again and _decides(each)),
            *self._times(self._world.sagemaker.unanswered, request),
        ]

    def _times(self, stops: list[tuple[str, str, datetime]], request: Request) -> list[datetime]:
        return [at for operation, id, at in stops if (operation, id) == (_STOP, request.id)]

    def _is_run_again(self, request: Request) -> bool:
        return any(run.again for run in self._world.function.of(request.id))

    def _may_hold_before(self, request: Request, at: datetime) -> bool:
        """Whether the request has just read metrics with which its gate may hold."""
        return any(each.truth.may for each in self._readings[request.id] if at - _JUST <= each.at <= at)

    def _is_excused(self, request: Request, call: HandlerCall) -> bool:
        """Whether the request may have made a call although it is refused later.

        With a verdict that holds, it writes tags. It judges again until SageMaker has accepted a call. If Lambda runs
        it again, it does not know that it has updated the test.
        """
        if call.operation == _UPDATE and not self._is_run_again(request):
            return False
        return call.operation in ("AddTags", "DeleteTags", _UPDATE) and self._may_hold_before(request, call.at)

    def _check_rolled_back(self, request: Request, call: HandlerCall) -> None:
        """A rollback of what was refused ends nothing."""
        before = self._stack.requests[: self._stack.requests.index(request)]
        if request.kind == "Rollback" and before and before[-1].reason.startswith(_REFUSED):
            self._judge.violated(12, f"{request.id} ends {call.name}, whose promotion was refused")

    def _answered(self, request: Request, answer: Answer) -> None:
        self._then(request, answer)
        if answer.succeeded or not _is_gated(request) or not answer.reason.startswith(_REFUSED):
            return
        for call in self._world.calls.made:
            if call.request == request.id and not call.code and not self._is_excused(request, call):
                what = f"{request.id} is refused after {call.operation} of {call.name}"
                self._judge.violated(12, f"{what}: {answer.reason}")
        readings = self._readings[request.id]
        newest = [each for each in readings if readings[-1].at - each.at < _LATE]
        if newest and all(each.truth.must for each in newest):
            self._judge.violated(12, f"{request.id} is refused, although its gate holds: {answer.reason}")


def _is_gated(request: Request) -> bool:
    declared = request.declared
    promotes = "DesiredState" in declared and declared["ModelVariantActions"].get(SHADOW) == "Promote"
    return promotes and "PromoteIf" in declared and request.kind != "Delete"


def _decides(call: HandlerCall) -> bool:
    """Whether the request doesn't judge again after this call, with or without a response."""
    tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags", ())}
    return bool(tags.get(PENDING_STOP)) or call.operation in (_UPDATE, _STOP)
