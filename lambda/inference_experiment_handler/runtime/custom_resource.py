"""crhelper, with what differs here: it waits inside the invocation, hands over to the next one, and answers once.

Why each thing differs is in docs/decisions/0002-crhelper-subclass.md. crhelper calls, for one invocation:

1. ``_crhelper_init`` and ``_log_setup``, with the event;
2. the function that is registered for the request type, or for its poll: ``_reconcile``, all the same;
3. where that returned nothing, ``_polling_init``: the wait, with more calls of ``_reconcile``, or the handover;
4. ``_send``, unless the request was handed over. A timer calls it, too, right before the invocation times out.
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
    """One request. A fresh one for each invocation: crhelper's own state leaks from one request into the next."""

    # What a subclass needs, and crhelper's stubs leave out.
    _event: dict[str, Any]
    _context: Context
    _response_url: str
    _get_func: Callable[[], Callable[..., str | None]]
    _wrap_function: Callable[[Callable[..., str | None]], None]

    def __init__(self, ports: Ports) -> None:
        with _without_clients():
            super().__init__(json_logging=True, log_level=logs.level(), sleep_on_delete=0)
        # For crhelper to send an answer, which it doesn't where it believes to be run by SAM.
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
        """The physical id once the request is finished, ``None`` while it has to wait."""
        # First, so that whatever fails is answered with an id that a later Delete can be traced by.
        self.PhysicalResourceId = events.fallback_physical_id(event)
        # crhelper puts what is handed over there, and would answer with it.
        self.Data = {}
        try:
            self._request = self._request or events.parse(event, self._issued)
        except InvalidPropertiesError as invalid:
            fail = Fail(str(invalid))
            self._log(None, fail)
            return self._finish(event, Outcome(fail, None))
        clients = Clients(self._ports.sagemaker(), self._ports.cloudformation)
        outcome = reconcile(self._request, self._journal, clients, self._ports.now, self._log)
        if isinstance(outcome, Wait):
            self._pace.looked(outcome)
            return None
        return self._finish(event, outcome)

    def _finish(self, event: Mapping[str, Any], outcome: Outcome) -> str:
        """Sets what is to be answered, and returns the physical id."""
        physical_id, request = str(self.PhysicalResourceId), self._request
        if isinstance(outcome.step, Fail):
            self.Status, self.Reason = FAILED, outcome.step.reason
        else:
            self.Status = SUCCESS
        if event["RequestType"] == RequestType.DELETE:
            return physical_id
        name = request.name if request else physical_id
        declared = request.declared if request else None
        self.Data = response.attributes(outcome.experiment, name, declared, outcome.desired)
        # Another id than before makes CloudFormation delete the experiment of the old one, so a failed replacement
        # keeps the old id unless the new experiment may really be there.
        return name if isinstance(outcome.step, Done) or outcome.may_have_created else physical_id

    def _polling_init(self, event: dict[str, Any]) -> None:
        """Waits here instead of by an EventBridge rule, and hands over when this invocation runs out of time."""
        # The last minute, or a third of a shorter invocation, is for handing over.
        margin = min(60.0, self._remaining() / 3)
        while not self.PhysicalResourceId and self.Status != FAILED and not self._answered:
            event["CrHelperPoll"] = True
            closing = self._remaining() < margin
            if closing and self._hand_over(event, margin):
                return
            if self.Status == FAILED:
                break
            # Once it is time to hand over, there have to be several chances to.
            longest = margin / 12 if closing else max(1.0, self._remaining() - margin)
            self._ports.sleep(min(self._pace.seconds(), longest, self._until_deadline()))
            self._wrap_function(self._get_func())
        self._send_response = True

    def _hand_over(self, event: dict[str, Any], margin: float) -> bool:
        """Invokes the next invocation. Whether it was accepted, so that this one has nothing more to do."""
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
        """One answer for each request, whoever comes first: the end of the loop, or crhelper's timer."""
        with self._answering:
            # What becomes of this invocation once another goes on says nothing of the request.
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
        """Seconds until the request has to be answered: a wait must not last longer.

        Infinity where that is past (what was created is still being taken back), and where nothing was parsed.
        """
        left = (self._request.deadline - self._ports.now()).total_seconds() if self._request else 0.0
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
