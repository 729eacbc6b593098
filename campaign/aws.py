"""The handler's calls to SageMaker and CloudFormation, which can be late, refused or lost."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from campaign.chance import Chance
from campaign.function import FURTHER_TAGS, Function
from campaign.handler_calls import HandlerCalls
from campaign.policy import Policy
from campaign.production import ProductionWatch
from campaign.scheduler import Scheduler
from local.sagemaker import SageMaker, ServiceError

HANDLER = "handler"
_PAGE = {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {"content-type": "text/html"}}}
"""The response that botocore returns for the page of a proxy."""
_CHANGING = re.compile(r"^(Create|Update|Start|Stop|Delete)InferenceExperiment$")


class Client:
    """Has a method for each operation, like a boto3 client. Every call takes time, and may be the last one."""

    def __init__(
        self,
        scheduler: Scheduler,
        chance: Chance,
        function: Function,
        answer: Callable[[str, dict[str, Any]], dict[str, Any]],
        *,
        denied_until: float = 0.0,
    ) -> None:
        self._scheduler, self._chance, self._function, self._answer = scheduler, chance, function, answer
        self.denied_until = denied_until
        self.reliable: set[str] = set()
        """The operations that always get their response."""
        self.busy_until: dict[str, datetime] = {}
        """Until when an operation is refused, because it conflicts with another one."""
        self.conflicts: list[tuple[str, str, datetime]] = []
        """The operations that were refused so, each with the id of the request, and when."""
        self.unanswered: list[tuple[str, str, datetime]] = []
        """The operations without a response that the handler can use, in the same form."""
        self._unknown: list[tuple[datetime, datetime]] = []

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(part.capitalize() for part in method.split("_"))
        return lambda **arguments: self._call(operation, arguments)

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        further = operation == "ListTags" and "NextToken" in arguments
        self._function.called(FURTHER_TAGS if further else operation)
        dice = self._chance.random
        self._function.perhaps_crash()
        self._scheduler.sleep(dice.uniform(0.02, 0.2))
        if operation in self.reliable:
            return self._performed(operation, arguments)
        if self._scheduler.now().timestamp() < self.denied_until:
            self._function.refused()
            raise _error(operation, "AccessDeniedException", f"not authorized to perform: {operation}", 400)
        if self._chance.hits("throttle"):
            self._function.refused()
            raise _error(operation, "ThrottlingException", "Rate exceeded", 400)
        if self._is_in_conflict(operation):
            self.conflicts.append(self._now(operation))
            raise _error(operation, "ConflictException", "another operation is in progress", 400)
        intercepted = self._chance.hits("proxy")
        if intercepted and self._chance.later.random() < 0.5:
            self._note_unanswered(operation)
            return dict(_PAGE)
        failed, lost = self._chance.hits("server_error"), self._chance.hits("connection_lost")
        if (failed or lost) and dice.random() < 0.5:
            raise self._broken(operation, lost=lost)
        answer = self._performed(operation, arguments)
        if operation == "DescribeInferenceExperiment":
            answer = self._perhaps_unknown(answer)
        if failed or lost:
            raise self._broken(operation, lost=lost)
        if intercepted:
            self._note_unanswered(operation)
            return dict(_PAGE)
        self._scheduler.sleep(dice.uniform(0.02, 0.2))
        self._function.perhaps_crash()
        return answer

    def _is_in_conflict(self, operation: str) -> bool:
        busy = operation in self.busy_until and self._scheduler.now() < self.busy_until[operation]
        return busy or (bool(_CHANGING.match(operation)) and self._chance.hits("conflict"))

    def _perhaps_unknown(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The same response, or one with an undocumented status."""
        now = self._scheduler.now()
        if self._chance.hits("unknown_status"):
            self._unknown.append((now, now + timedelta(seconds=self._chance.later.uniform(10, 900))))
        return answer | {"Status": "Paused"} if self._unknown and now < self._unknown[-1][1] else answer

    def unknown_since(self, since: datetime) -> timedelta:
        """How long experiments have had an undocumented status."""
        now = self._scheduler.now()
        shown = (min(now, until) - max(since, began) for began, until in self._unknown)
        return sum((each for each in shown if each > timedelta()), timedelta())

    def _performed(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._answer(operation, arguments)
        except ServiceError as error:
            raise _error(operation, error.code, error.message, error.status) from error

    def _now(self, operation: str) -> tuple[str, str, datetime]:
        return operation, str(self._function.present_event.get("RequestId")), self._scheduler.now()

    def _note_unanswered(self, operation: str) -> None:
        self.unanswered.append(self._now(operation))
        self._function.refused()

    def _broken(self, operation: str, *, lost: bool) -> Exception:
        self._note_unanswered(operation)
        if lost:
            error: Exception = ReadTimeoutError(endpoint_url="https://aws.test")
            return error
        return _error(operation, "InternalFailure", "the request processing has failed", 500)


def sagemaker_of(
    service: SageMaker, productions: Iterable[ProductionWatch], calls: HandlerCalls, policy: Policy | None
) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """SageMaker's responses. ``policy``: what IAM allows the function's role. ``None``: IAM allows everything."""

    def performed(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        def perform() -> dict[str, Any]:
            return service.call(operation, arguments, principal=HANDLER)

        for each in productions if _CHANGING.match(operation) else ():
            perform = partial(each.watch, operation, arguments, perform)
        return perform()

    def answer(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        name = str(arguments.get("Name", "")) or str(arguments.get("ResourceArn")).rpartition("/")[2]
        if policy is not None and not policy.allows(operation, name, service):
            raise ServiceError("AccessDeniedException", f"not authorized to perform: {operation} on {name}")
        return calls.note(operation, arguments, lambda: performed(operation, arguments))

    return answer


def _error(operation: str, code: str, message: str, status: int) -> Exception:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error: Exception = ClientError(answer, operation)
    return error
