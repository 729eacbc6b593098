"""crhelper, with what differs here: it waits inside the invocation, hands over to the next one, and answers once.

Why each thing differs is in docs/decisions/0002-crhelper-subclass.md.
"""

import json
import logging
import math
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from crhelper import FAILED, SUCCESS, CfnResource

from inference_experiment_handler.client import Clients, CloudFormation, NotFoundError, SageMaker
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.steps import Call, Done, Fail, Step
from inference_experiment_handler.observer import Observation
from inference_experiment_handler.plan.lease import has_twin, taken_over
from inference_experiment_handler.reconciler import Settled, advance, tags_held
from inference_experiment_handler.runtime import event as events
from inference_experiment_handler.runtime import response as answer
from inference_experiment_handler.runtime.event import Request, RequestType
from inference_experiment_handler.spec.parser import InvalidPropertiesError

logger = logging.getLogger(__name__)

_LOOKS = 6
"""How often an invocation looks whether its successor goes on before it invokes another."""

_QUIET = ("crhelper", "boto3", "botocore", "urllib3")


class Context(Protocol):
    """The part of Lambda's context object that is used."""

    invoked_function_arn: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class Edges:
    """Everything outside: SageMaker, CloudFormation, Lambda, the clock, and the way back to CloudFormation."""

    sagemaker: Callable[[], SageMaker]
    cloudformation: Callable[[], CloudFormation]
    invoke: Callable[[str, bytes], None]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    deliver: Callable[[str, bytes], bool]
    poll_seconds: float


class InferenceExperimentResource(CfnResource):
    """One request. A fresh one for each invocation: crhelper's own state leaks from one request into the next."""

    # What a subclass needs, and crhelper's stubs leave out.
    _event: dict[str, Any]
    _context: Context
    _response_url: str
    _get_func: Callable[[], Callable[..., str | None]]
    _wrap_function: Callable[[Callable[..., str | None]], None]

    def __init__(self, edges: Edges) -> None:
        with _without_clients():
            super().__init__(json_logging=True, log_level=_log_level(), sleep_on_delete=0)
        self._sam_local = None
        self._edges = edges
        self._answering = threading.Lock()
        self._answered = False
        self._handed_on = False
        self.delivered = True
        self._progress = Progress()
        self._issued = edges.now()
        self._request: Request | None = None
        self._seen: Observation | None = None
        self._last_line: dict[str, str | None] = {}
        for register in (self.create, self.update, self.delete):
            register(self._advance)
        for register in (self.poll_create, self.poll_update, self.poll_delete):
            register(self._advance)

    def _crhelper_init(self, event: dict[str, Any], context: Context) -> bool:
        carried = event.get("CrHelperData", {})
        self._progress = Progress.from_json(carried.get("Progress", {}))
        self._progress.invocation = str(context.aws_request_id)
        now = self._edges.now()
        self._issued = datetime.fromisoformat(carried["Issued"]) if carried else events.issued(event, now)
        return bool(super()._crhelper_init(event, context))  # type: ignore[misc]  # not in its stubs

    def _advance(self, event: dict[str, Any], _: Context) -> str | None:
        """One turn of the loop: the physical id once the request is settled, ``None`` while it has to wait."""
        # First, so that whatever fails is answered with an id that a later Delete can be traced by.
        self.PhysicalResourceId = events.answer_name(event)
        # crhelper puts what is handed over there, and would answer with it.
        self.Data = {}
        try:
            request = events.parse(event, self._issued)
        except InvalidPropertiesError as invalid:
            self._log(None, Fail(str(invalid)))
            return self._settle(event, Settled(Fail(str(invalid)), None))
        self._request = request
        clients = Clients(self._edges.sagemaker(), self._edges.cloudformation)
        settled = advance(request, self._progress, clients, self._edges.now, self._log)
        return self._settle(event, settled, request) if settled else None

    def _settle(self, event: Mapping[str, Any], settled: Settled, request: Request | None = None) -> str:
        declaration = request.declaration if request else None
        endpoint_name = declaration.endpoint_name if declaration else ""
        name = request.name if request else self.PhysicalResourceId
        if isinstance(settled.step, Fail):
            self.Status, self.Reason = FAILED, settled.step.reason
        else:
            self.Status = SUCCESS
        if event["RequestType"] == RequestType.DELETE:
            return str(self.PhysicalResourceId)
        self.Data = answer.attributes(settled.experiment, name, endpoint_name)
        # Another id than before makes CloudFormation delete the experiment of the old one, so a failed replacement
        # keeps the old id unless the new experiment may really be there.
        return name if isinstance(settled.step, Done) or settled.began else str(self.PhysicalResourceId)

    def _polling_init(self, event: dict[str, Any]) -> None:
        """Waits here instead of by an EventBridge rule, and hands over when this invocation runs out of time."""
        budget = self._remaining()
        margin = min(60.0, budget / 3)
        while not self.PhysicalResourceId and self.Status != FAILED and not self._answered:
            event["CrHelperPoll"] = True
            closing = self._remaining() < margin
            if closing and self._handed_over(event, margin):
                return
            if self.Status == FAILED:
                break
            # Once it is time to hand over, there have to be several chances to.
            longest = margin / 12 if closing else max(1.0, self._remaining() - margin)
            self._edges.sleep(min(self._edges.poll_seconds, longest, self._until_deadline()))
            self._wrap_function(self._get_func())
        self._send_response = True

    def _handed_over(self, event: dict[str, Any], margin: float) -> bool:
        """Invokes the next invocation, and again until it is seen to go on or hardly any time is left."""
        try:
            tags = self._tags_held()
        except NotFoundError:
            if self._remaining() > margin / 3:
                # It has just gone, perhaps by the last call: the next look may be the end of it.
                return False
            tags = None
        if self._request and tags and has_twin(self._request, tags, self._progress):
            self._handed_on = True
            logger.info({"hand_over": self._progress.hops, "why": "another invocation goes on with it"})
            return True
        progress = replace(self._progress, hops=self._progress.hops + 1)
        event["CrHelperData"] = {"Progress": progress.to_json(), "Issued": self._issued.isoformat()}
        while True:
            last_chance = self._remaining() < margin / 3
            try:
                self._edges.invoke(self._context.invoked_function_arn, json.dumps(event).encode())
            except Exception as error:
                logger.warning({"hand_over": "failed", "why": str(error)})
                if last_chance and not self._handed_on:
                    self.PhysicalResourceId = events.answer_name(event)
                    self.Status, self.Reason = FAILED, f"could not hand over to another invocation: {error}"
                if not self._handed_on:
                    return False
            else:
                self._handed_on = True
                logger.info({"hand_over": progress.hops, "issued": self._issued.isoformat()})
            if last_chance or self._taken_over(within=margin / 4):
                return True
            logger.warning({"hand_over": progress.hops, "why": "not seen to be taken over, so once more"})

    def _taken_over(self, *, within: float) -> bool:
        """Whether the next invocation goes on. Lambda may lose one that it has accepted, and nobody else would see."""
        if self._request is None:
            return True
        for _ in range(_LOOKS):
            self._edges.sleep(within / _LOOKS)
            try:
                tags = self._tags_held()
            except NotFoundError:
                # Removed since, so somebody is at work.
                return True
            # Where there is nothing to write on it is taken for granted.
            if tags is None or taken_over(self._request, tags, self._progress):
                return True
        return False

    def _tags_held(self) -> dict[str, str] | None:
        if self._request is None:
            return None
        return tags_held(self._request, self._seen, self._progress, self._edges.sagemaker())

    def _send(self, status: str | None = None, reason: str = "") -> None:
        """One answer for each request, whoever comes first: the end of the loop, or crhelper's timer."""
        with self._answering:
            # What becomes of this invocation once another goes on is not the request's fate.
            if self._answered or self._handed_on:
                return
            body = self._body(status, reason)
            self._answered = True
        self.delivered = self._edges.deliver(self._response_url, body)

    def _body(self, status: str | None, reason: str) -> bytes:
        return answer.fitted(
            {
                "Status": status or self.Status,
                "Reason": reason if status else str(self.Reason),
                "PhysicalResourceId": str(self.PhysicalResourceId or events.answer_name(self._event)),
                "StackId": self.StackId,
                "RequestId": self.RequestId,
                "LogicalResourceId": self.LogicalResourceId,
                "NoEcho": False,
                "Data": self.Data if not status else {},
            }
        )

    def _log_setup(self, event: Mapping[str, Any], context: Context) -> None:
        logging.basicConfig()
        super()._log_setup(event, context)  # type: ignore[misc]  # not in its stubs
        # These log the event, the response address or request bodies when they are talkative.
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.ERROR)

    def _log(self, seen: Observation | None, step: Step) -> None:
        self._seen = seen or self._seen
        experiment = seen.experiment if seen else None
        line = {
            "experiment": experiment.name if experiment else str(self.PhysicalResourceId),
            "status": experiment.status if experiment else None,
            "step": step.operation if isinstance(step, Call) else type(step).__name__,
            "why": step.why,
        }
        # A wait of an hour is one line, not hundreds.
        if line != self._last_line:
            logger.info(line)
        self._last_line = line

    def _until_deadline(self) -> float:
        """Seconds until the request has to be answered; all the time in the world where that is past."""
        left = (self._request.deadline - self._edges.now()).total_seconds() if self._request else 0.0
        return left if left > 0 else math.inf

    def _remaining(self) -> float:
        return float(self._context.get_remaining_time_in_millis()) / 1000


@contextmanager
def _without_clients() -> Iterator[None]:
    """crhelper builds three clients, which only its EventBridge polling uses, unless it believes to be run by SAM."""
    before = os.environ.get("AWS_SAM_LOCAL")
    os.environ["AWS_SAM_LOCAL"] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ["AWS_SAM_LOCAL"]
        else:
            os.environ["AWS_SAM_LOCAL"] = before


def _log_level() -> str:
    # A level that logging doesn't know would make crhelper fail every request, a Delete too.
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
    return level if level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL") else "INFO"


def utc_now() -> datetime:
    return datetime.now(UTC)
