"""The event of a guardrail's rule: from the event to the end of the test, across invocations.

Nobody waits for a response. A failure raises an error: Lambda counts it, runs the event again, and sends it to the
function's dead-letter queue after the last attempt.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from crhelper import log_helper

from inference_experiment_handler.client import Clients
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.request import Request, RequestType
from inference_experiment_handler.model.steps import Fail, Step, Wait
from inference_experiment_handler.model.tags import Owner
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.reconciler import Outcome, reconcile
from inference_experiment_handler.runtime import logs
from inference_experiment_handler.runtime.pace import Pace
from inference_experiment_handler.runtime.ports import Context, Ports
from inference_experiment_handler.spec.guardrail import REQUEST_TYPE, parse_guardrail

logger = logging.getLogger(__name__)

_LONGEST = timedelta(hours=1)
"""Longer than SageMaker takes to stop a test."""
_CARRIED = "HandedOver"
"""The key of what one invocation hands over to the next."""


class GuardrailError(Exception):
    """The test is not ended, or its endpoint is not as it should be. The message says why."""


def is_guardrail(event: Any) -> bool:
    """Whether the event is that of a guardrail, also if it has faults."""
    return isinstance(event, Mapping) and event.get("RequestType") == REQUEST_TYPE


def serve_guardrail(event: Mapping[str, Any], context: Context, ports: Ports) -> None:
    """Serves one event, or continues one that was handed over.

    Raises a ``GuardrailError`` if it fails, and an ``InvalidPropertiesError`` for an event with faults.
    """
    guardrail = parse_guardrail(event, carried=_CARRIED)
    _set_up_log(event, context)
    carried = event.get(_CARRIED) or {}
    issued = datetime.fromisoformat(carried["Issued"]) if carried else ports.now()
    journal = Journal.from_json(carried["Progress"]) if carried else Journal()
    request = Request(
        type=RequestType.GUARDRAIL,
        owner=Owner(guardrail.stack_id, guardrail.logical_id),
        name=guardrail.name,
        token=carried["Token"] if carried else _fencing_token(issued, context),
        deadline=issued + _LONGEST,
        alarms=guardrail.alarms,
    )
    outcome = _Invocation(request, journal, context, ports).run()
    if outcome is None:
        journal = replace(journal, generation=journal.generation + 1)
        _hand_over({**event, _CARRIED: _carried(request, journal, issued)}, context, ports)
    elif isinstance(outcome.step, Fail):
        raise GuardrailError(f"{request.name}: {outcome.step.reason}")


class _Invocation:
    """The loop of one invocation: reconcile, wait, repeat."""

    def __init__(self, request: Request, journal: Journal, context: Context, ports: Ports) -> None:
        self._request, self._journal, self._context, self._ports = request, journal, context, ports
        self._clients = Clients(ports.sagemaker(), ports.cloudformation, ports.cloudwatch)
        self._decisions = logs.DecisionLog()

    def run(self) -> Outcome | None:
        """The result; ``None`` if the time of this invocation is over before there is one."""
        # The last minute, or the last third of a short invocation, is for the handover.
        margin = min(60.0, self._remaining() / 3)
        pace = Pace(self._ports.poll_seconds, self._ports.random)
        while True:
            outcome = reconcile(self._request, self._journal, self._clients, self._ports.now, self._log)
            if not isinstance(outcome, Wait):
                return outcome
            pace.looked(outcome)
            seconds = pace.seconds()
            if self._remaining() - seconds < margin:
                return None
            self._ports.sleep(seconds)

    def _remaining(self) -> float:
        return self._context.get_remaining_time_in_millis() / 1000

    def _log(self, situation: Situation | None, step: Step) -> None:
        self._decisions.write(self._request.name, situation, step)


def _hand_over(event: Mapping[str, Any], context: Context, ports: Ports) -> None:
    """If it is not accepted, Lambda runs the event again."""
    try:
        ports.invoke(context.invoked_function_arn, json.dumps(event).encode())
    except Exception as error:
        raise GuardrailError(f"could not hand over to another invocation: {error}") from error
    logger.info({"handover": event[_CARRIED]["Progress"]["hops"], "issued": event[_CARRIED]["Issued"]})


def _carried(request: Request, journal: Journal, issued: datetime) -> dict[str, Any]:
    return {"Token": request.token, "Progress": journal.to_json(), "Issued": issued.isoformat()}


def _fencing_token(issued: datetime, context: Context) -> str:
    """The event is constant, so the invocation identifies the request."""
    digest = sha256(f"{issued.isoformat()} {context.aws_request_id}".encode()).hexdigest()[:16]
    return f"{int(issued.timestamp())}-{RequestType.GUARDRAIL.lower()}-{digest}"


def _set_up_log(event: Mapping[str, Any], context: Context) -> None:
    """As crhelper does for a request of CloudFormation."""
    logging.basicConfig()
    names = ("RequestType", "StackId", "LogicalResourceId")
    log_helper.setup(logs.level(), **{name: event[name] for name in names}, aws_request_id=context.aws_request_id)
    logs.quieten()
