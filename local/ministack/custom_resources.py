"""Custom resources between CloudFormation and their function: the request, the response, and what follows.

MiniStack calls the function and waits for that call. On AWS, the function is invoked asynchronously, and only the
response that is PUT to the ResponseURL counts. AWS also checks this response, and real handlers fail these checks. This
module replaces MiniStack for one request: ``CustomResources.invoke`` has the signature of MiniStack's own function.
What a response means beyond its own request (which ID a rollback uses, what is deleted) is in ``rollback``.
"""

from __future__ import annotations

import json
import logging
import secrets
import string
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from ministack.core import responses
from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

logger = logging.getLogger("local.custom_resources")

_LONGEST_ANSWER = 4096
_LONGEST_PHYSICAL_ID = 1024
_SERVICE_TIMEOUT = 3600

Properties = dict[str, Any]


@dataclass
class Request:
    """One request to a custom resource. It is kept, so that tests can read what CloudFormation sent and received."""

    event: dict[str, Any]
    answer: dict[str, Any] | None = None
    late_answers: list[dict[str, Any]] = field(default_factory=list)
    """Responses that were PUT after the request had ended, and that were ignored."""
    outcome: str = ""
    """``SUCCESS``, or why it failed in CloudFormation's words. Empty while it is pending."""
    physical_id: str = ""
    """The physical ID in CloudFormation after this request."""

    @property
    def over(self) -> bool:
        return bool(self.outcome)


class RequestFailed(Exception):  # noqa: N818 (its text is the resource's status reason)
    """A request that failed, with the reason that CloudFormation shows in its events."""


class CustomResources:
    """Every request to a custom resource, pending or over."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._by_token: dict[str, Request] = {}
        self._cut_short: dict[str, str] = {}

    def invoke(  # noqa: PLR0917 (MiniStack's own signature)
        self,
        request_type: str,
        logical_id: str,
        props: Properties,
        stack_name: str,
        stack_id: str,
        resource_type: str,
        physical_id: str | None = None,
        old_props: Properties | None = None,
    ) -> tuple[str, Properties]:
        """Sends one request and waits for the response. Returns the physical ID and the attributes, or raises an
        exception.
        """
        if old_props is not None and old_props.get("ServiceToken") != props.get("ServiceToken"):
            raise RequestFailed("Modifying service token is not allowed.")
        record, config = _function(props.get("ServiceToken", ""))
        token = secrets.token_urlsafe(24)
        event: dict[str, Any] = {
            "RequestType": request_type,
            "RequestId": responses.new_uuid(),
            "StackId": stack_id,
            "ResponseURL": custom_resource._response_url(token),
            "ResourceType": resource_type,
            "LogicalResourceId": logical_id,
            "ResourceProperties": custom_resource._normalise_resource_properties(props),
        }
        if physical_id is not None:
            event["PhysicalResourceId"] = physical_id
        if old_props is not None:
            event["OldResourceProperties"] = custom_resource._normalise_resource_properties(old_props)
        # The ID of a new resource is not known until its function responds, so CloudFormation generates one.
        request = Request(event, physical_id=physical_id or _invented_id(stack_name, logical_id))
        with self._changed:
            self._by_token[token] = request
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(record, config), event)
        attributes = self._wait(token, request, _seconds(props.get("ServiceTimeout")))
        if request.outcome != "SUCCESS":
            raise RequestFailed(request.outcome)
        return request.physical_id, attributes

    def receive(self, token: str, body: bytes) -> bool:
        """Receives what was PUT to a ResponseURL. ``False`` if no request ever had this URL."""
        with self._changed:
            request = self._by_token.get(token)
            if request is None:
                return False
            answer = _parsed(body)
            if request.over or request.answer is not None:
                request.late_answers.append(answer)
            else:
                request.answer = answer
            self._changed.notify_all()
            return True

    def cut_short(self, stack_id: str) -> None:
        """Ends the pending requests of a stack as cancelled. Their functions are not notified."""
        with self._changed:
            for token, request in self._by_token.items():
                if request.event["StackId"] == stack_id and not request.over:
                    verb = "update" if request.event["RequestType"] == "Update" else "creation"
                    self._cut_short[token] = f"Resource {verb} cancelled"
            self._changed.notify_all()

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far, oldest first."""
        with self._changed:
            return [asdict(request) for request in self._by_token.values()]

    def last(self, stack_id: str, logical_id: str) -> Request | None:
        """The last request that was sent to this resource."""
        with self._changed:
            sent = [
                request
                for request in self._by_token.values()
                if (request.event["StackId"], request.event["LogicalResourceId"]) == (stack_id, logical_id)
            ]
            return sent[-1] if sent else None

    def last_of(self, physical_id: str, logical_id: str) -> Request | None:
        """The same by its physical ID, for calls in which MiniStack does not pass the stack."""
        with self._changed:
            sent = [
                request
                for request in self._by_token.values()
                if (request.physical_id, request.event["LogicalResourceId"]) == (physical_id, logical_id)
            ]
            return sent[-1] if sent else None

    def _wait(self, token: str, request: Request, timeout: float) -> Properties:
        with self._changed:
            self._changed.wait_for(lambda: request.answer is not None or token in self._cut_short, timeout)
            attributes: Properties = {}
            if request.answer is not None:
                request.outcome, attributes = _judged(request, request.answer)
            else:
                request.outcome = self._cut_short.pop(
                    token,
                    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
                    f"requestId [{request.event['RequestId']}]. If you are using the Python cfn-response module, you "
                    "may need to update your Lambda function code so that CloudFormation can attach the updated "
                    "version.",
                )
            return attributes


def _judged(request: Request, answer: dict[str, Any]) -> tuple[str, Properties]:
    """The outcome and the attributes of a response. Its ID becomes the physical ID even if the response is FAILED."""
    if "unreadable" in answer:
        return str(answer["unreadable"]), {}
    if request.event["RequestType"] != "Delete":
        physical_id = answer.get("PhysicalResourceId")
        if not isinstance(physical_id, str) or not 0 < len(physical_id.encode()) <= _LONGEST_PHYSICAL_ID:
            return "Invalid PhysicalResourceId", {}
        request.physical_id = physical_id
    if answer.get("Status") == "SUCCESS":
        return "SUCCESS", dict(answer.get("Data") or {})
    return (
        f"Received response status [{answer.get('Status')}] from custom resource. Message returned: "
        f"{answer.get('Reason')} (RequestId: {request.event['RequestId']})",
        {},
    )


def _parsed(body: bytes) -> dict[str, Any]:
    if len(body) > _LONGEST_ANSWER:
        return {"unreadable": "Response object is too long.", "size": len(body)}
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {"unreadable": "Invalid response object: not a JSON object."}


def _function(service_token: str) -> tuple[Any, Any]:
    record, config, _ = lambda_svc._get_func_record_for_ref(service_token)
    if record is None or config is None:
        raise RequestFailed(f"Custom resource function not found: {service_token}")
    return record, config


def _seconds(service_timeout: Any) -> float:
    try:
        return float(service_timeout)
    except (TypeError, ValueError):
        return _SERVICE_TIMEOUT


def _invented_id(stack_name: str, logical_id: str) -> str:
    suffix = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(12))
    return f"{stack_name}-{logical_id}-{suffix}"
