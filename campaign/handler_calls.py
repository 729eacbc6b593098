"""What the handler has changed, and for which request."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign.function import Function
from local.sagemaker import SageMaker, ServiceError

_LOOKS = re.compile(r"^(Describe|List)")
_OWNER = ("sagemaker-inference-experiment:stack-id", "sagemaker-inference-experiment:logical-id")


@dataclass
class HandlerCall:
    """A call that changes something.

    Attributes:
        request: The id of the request.
        asked_by: The stack and the logical ID of the request.
        owned_by: The stack and the logical ID of the experiment, by its tags before the call; empty if they had none.
        status: The experiment's status before.
        name: The name of the experiment, in lower case.
        code: The error code, if the call was refused.
    """

    request: str
    asked_by: tuple[str, ...]
    owned_by: tuple[str, ...]
    status: str
    operation: str
    name: str
    parameters: Mapping[str, Any]
    at: datetime
    code: str = ""


class HandlerCalls:
    """Records the calls of the handler."""

    def __init__(self, service: SageMaker, function: Function) -> None:
        self._service, self._function = service, function
        self.made: list[HandlerCall] = []
        self.on_success: list[Callable[[HandlerCall], None]] = []

    def note(
        self, operation: str, parameters: Mapping[str, Any], perform: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        if _LOOKS.match(operation):
            return perform()
        name = (str(parameters.get("Name", "")) or str(parameters.get("ResourceArn")).rpartition("/")[2]).lower()
        live = self._service.experiment(name)
        tags = self._service.tags_by_arn().get(live["Arn"], {}) if live else {}
        event = self._function.present_event
        call = HandlerCall(
            # The event of a guardrail has no id.
            request=str(event.get("RequestId") or event.get("RequestType")),
            asked_by=(str(event.get("StackId")), str(event.get("LogicalResourceId"))),
            owned_by=tuple(tags[key] for key in _OWNER) if tags.keys() >= set(_OWNER) else (),
            status=live["Status"] if live else "",
            operation=operation,
            name=name,
            parameters=parameters,
            at=self._service.clock.now(),
        )
        self.made.append(call)
        try:
            answer = perform()
        except ServiceError as error:
            call.code = error.code
            raise
        for tell in self.on_success:
            tell(call)
        return answer

    def of_others(self) -> list[str]:
        """What was done to an experiment that bore another resource's tags."""
        return [
            f"{call.request} {call.operation} of {call.name}, which is {call.owned_by[1]}'s of {call.owned_by[0]}"
            for call in self.made
            if call.owned_by and call.owned_by != call.asked_by and not call.code
        ]
