"""A subclass of crhelper's resource: it waits in the invocation, hands over to the next one, and responds once.

The reasons for each difference are in docs/decisions/0002-crhelper-subclass.md. crhelper calls, for one invocation:

1. ``_crhelper_init`` and ``_log_setup``, with the event;
2. the function that is registered for the request type, or for its poll, which is always ``_reconcile``;
3. if that returned nothing, ``_polling_init``: the wait, with more calls of ``_reconcile``, or the handover;
4. ``_send``, unless the request was handed over. A timer also calls it, right before the invocation times out.
"""

import json
import logging
import math
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from crhelper import FAILED, SUCCESS, CfnResource

from inference_experiment_handler.client import Clients
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.model.steps import Done, Fail, Step, Wait
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.reconciler import Outcome, reconcile
from inference_experiment_handler.runtime import event as events
from inference_experiment_handler.runtime import logs, response
from inference_experiment_handler.runtime.pace import Pace
from inference_experiment_handler.runtime.ports import Context, Ports
from inference_experiment_handler.spec.parser import InvalidPropertiesError

logger = logging.getLogger(__name__)


class InferenceExperimentResource(CfnResource):
    """One request. Each invocation needs a new object, because crhelper keeps state from one request to the next."""

    # Members that a subclass needs and that crhelper's stubs lack.
    _event: dict[str, Any]
    _context: Context
    _response_url: str
    _get_func: Callable[[], Callable[..., str | None]]
    _wrap_function: Callable[[Callable[..., str | None]], None]

    def __init__(self, ports: Ports) -> None:
        with _without_clients():
            super().__init__(json_logging=True, log_level=logs.level(), sleep_on_delete=0)
        # Makes crhelper send a response, which it omits if it detects SAM.
        self._sam_local = None
        self._ports = ports
        self._answering = threading.Lock()
        self._answered = False
        self._handed_over = False
        self.delivered = True
        self._journal = Journal()
        self._issued = ports.now()
        self._request: Request | None = None
        self._decisions = logs.DecisionLog()
        self._pace = Pace(ports.poll_seconds, ports.random)
        for register in (self.create, self.update, self.delete):
            register(self._reconcile)
        for register in (self.poll_create, self.poll_update, self.poll_delete):
            register(self._reconcile)

    def _crhelper_init(self, event: dict[str, Any], context: Context) -> bool:
        carried = event.get("CrHelperData", {})
        self._journal = Journal.from_json(carried.get("Progress", {}))
        now = self._ports.now()
        # The first version handed over without it.
        self._issued = datetime.fromisoformat(carried["Issued"]) if "Issued" in carried else events.issued(event, now)
        return bool(super()._crhelper_init(event, context))  # type: ignore[misc]  # not in its stubs

    def _reconcile(self, event: dict[str, Any], _: Context) -> str | None:
        """The physical id when the request is finished; ``None`` while it must wait."""
        # First, so that the response to any failure has an id that a later Delete can be related to.
        self.PhysicalResourceId = events.fallback_physical_id(event)
        # crhelper stores the data of the handover there, and would include it in the response.
        self.Data = {}
        try:
            self._request = self._request or events.parse(event, self._issued)
        except InvalidPropertiesError as invalid:
            fail = Fail(str(invalid))
            self._log(None, fail)
            return self._finish(event, Outcome(fail, None))
        clients = Clients(self._ports.sagemaker(), self._ports.cloudformation, self._ports.cloudwatch)
        outcome = reconcile(self._request, self._journal, clients, self._ports.now, self._log)
        if isinstance(outcome, Wait):
            self._pace.looked(outcome)
            return None
        return self._finish(event, outcome)

    def _finish(self, event: Mapping[str, Any], outcome: Outcome) -> str:
        """Sets the response, and returns the physical id."""
        physical_id, request = str(self.PhysicalResourceId), self._request
        if isinstance(outcome.step, Fail):
            self.Status, self.Reason = FAILED, outcome.step.reason
        else:
            self.Status = SUCCESS
        if event["RequestType"] == RequestType.DELETE:
            return physical_id
        name = request.name if request else physical_id
        declared = request.declared if request else None
        self.Data = response.attributes(
            outcome.experiment, name, declared, outcome.desired, self._journal.gate_headline
        )
        # If the id changes, CloudFormation deletes the experiment with the old one. A failed replacement therefore
        # keeps the old id, unless the new experiment may exist.
        return name if isinstance(outcome.step, Done) or outcome.may_have_created else physical_id

    def _polling_init(self, event: dict[str, Any]) -> None:
        """Waits here instead of with an EventBridge rule, and hands over when the time of this invocation runs out."""
        # The last minute, or the last third of a short invocation, is for the handover.
        margin = min(60.0, self._remaining() / 3)
        while not self.PhysicalResourceId and self.Status != FAILED and not self._answered:
            event["CrHelperPoll"] = True
            closing = self._remaining() < margin
            if closing and self._hand_over(event, margin):
                return
            if self.Status == FAILED:
                break
            # When it is time to hand over, there must be time for several attempts.
            longest = margin / 12 if closing else max(1.0, self._remaining() - margin)
            self._ports.sleep(min(self._pace.seconds(), longest, self._until_deadline()))
            self._wrap_function(self._get_func())
        self._send_response = True

    def _hand_over(self, event: dict[str, Any], margin: float) -> bool:
        """Starts the next invocation. Returns whether it was accepted. Then this one has nothing more to do."""
        journal = replace(self._journal, generation=self._journal.generation + 1)
        event["CrHelperData"] = {"Progress": journal.to_json(), "Issued": self._issued.isoformat()}
        try:
            self._ports.invoke(self._context.invoked_function_arn, json.dumps(event).encode())
        except Exception as error:
            logger.warning({"handover": "failed", "why": str(error)})
            if self._remaining() < margin / 3:
                self.PhysicalResourceId = events.fallback_physical_id(event)
                self.Status, self.Reason = FAILED, f"could not hand over to another invocation: {error}"
            return False
        self._handed_over = True
        logger.info({"handover": journal.generation, "issued": self._issued.isoformat()})
        return True

    def _send(self, status: str | None = None, reason: str = "") -> None:
        """Sends one response for each request, at the end of the loop or from crhelper's timer."""
        with self._answering:
            # After a handover, the result of this invocation is not the result of the request.
            if self._answered or self._handed_over:
                return
            body = self._body(status, reason)
            self._answered = True
        self.delivered = self._ports.deliver(self._response_url, body)

    def _body(self, status: str | None, reason: str) -> bytes:
        return response.fitted(
            {
                "Status": status or self.Status,
                "Reason": reason if status else str(self.Reason),
                "PhysicalResourceId": str(self.PhysicalResourceId or events.fallback_physical_id(self._event)),
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
        logs.quieten()

    def _log(self, situation: Situation | None, step: Step) -> None:
        self._decisions.write(str(self.PhysicalResourceId), situation, step)

    def _until_deadline(self) -> float:
        """Seconds until the response is due: a wait must not last longer.

        Infinity once the deadline has passed (while the handler removes what it created), and if the event was not
        parsed.
        """
        left = (self._request.deadline - self._ports.now()).total_seconds() if self._request else 0.0
        return left if left > 0 else math.inf

    def _remaining(self) -> float:
        return float(self._context.get_remaining_time_in_millis()) / 1000


@contextmanager
def _without_clients() -> Iterator[None]:
    """Makes crhelper detect SAM, so that it does not create three clients that only its EventBridge polling uses."""
    before = os.environ.get("AWS_SAM_LOCAL")
    os.environ["AWS_SAM_LOCAL"] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ["AWS_SAM_LOCAL"]
        else:
            os.environ["AWS_SAM_LOCAL"] = before
