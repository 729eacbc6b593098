"""Calls AWS by operation names, and classifies each error by its meaning for the request.

::

    ServiceError
     ├── NotFoundError         there is no such experiment or endpoint
     ├── ThrottledError        not now: wait, observe again, call again
     ├── ConflictError         not in this status, or not during another operation
     ├── UnknownOutcomeError   no reliable response: observe whether the call took effect
     ├── RetryableError        may succeed soon, or never: retried for a while, then final
     └── TerminalError         final: the service's own message goes into the response
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from inference_experiment_handler.model import operations


class SageMaker(Protocol):
    """The part of boto3's SageMaker client that the handler uses."""

    def create_inference_experiment(self, **arguments: Any) -> dict[str, Any]: ...
    def describe_inference_experiment(self, **arguments: Any) -> dict[str, Any]: ...
    def update_inference_experiment(self, **arguments: Any) -> dict[str, Any]: ...
    def start_inference_experiment(self, **arguments: Any) -> dict[str, Any]: ...
    def stop_inference_experiment(self, **arguments: Any) -> dict[str, Any]: ...
    def delete_inference_experiment(self, **arguments: Any) -> dict[str, Any]: ...
    def describe_endpoint(self, **arguments: Any) -> dict[str, Any]: ...
    def describe_endpoint_config(self, **arguments: Any) -> dict[str, Any]: ...
    def add_tags(self, **arguments: Any) -> dict[str, Any]: ...
    def list_tags(self, **arguments: Any) -> dict[str, Any]: ...
    def delete_tags(self, **arguments: Any) -> dict[str, Any]: ...


class CloudFormation(Protocol):
    """The part of boto3's CloudFormation client that the handler uses."""

    def describe_stacks(self, **arguments: Any) -> dict[str, Any]: ...
    def describe_stack_resource(self, **arguments: Any) -> dict[str, Any]: ...


class CloudWatch(Protocol):
    """The part of boto3's CloudWatch client that the handler uses."""

    def get_metric_data(self, **arguments: Any) -> dict[str, Any]: ...
    def describe_alarms(self, **arguments: Any) -> dict[str, Any]: ...


Client = SageMaker | CloudFormation | CloudWatch


@dataclass(frozen=True)
class Clients:
    """The clients for the calls. An Update that changes nothing never calls CloudFormation or CloudWatch."""

    sagemaker: SageMaker
    cloudformation: Callable[[], CloudFormation]
    cloudwatch: Callable[[], CloudWatch]

    def of(self, operation: str) -> Client:
        if operation in CLOUDFORMATION:
            return self.cloudformation()
        return self.cloudwatch() if operation in CLOUDWATCH else self.sagemaker


SAGEMAKER = {
    operations.CREATE: "create_inference_experiment",
    operations.DESCRIBE: "describe_inference_experiment",
    operations.UPDATE: "update_inference_experiment",
    operations.START: "start_inference_experiment",
    operations.STOP: "stop_inference_experiment",
    operations.DELETE: "delete_inference_experiment",
    operations.DESCRIBE_ENDPOINT: "describe_endpoint",
    operations.DESCRIBE_ENDPOINT_CONFIG: "describe_endpoint_config",
    operations.ADD_TAGS: "add_tags",
    operations.LIST_TAGS: "list_tags",
    operations.DELETE_TAGS: "delete_tags",
}
CLOUDFORMATION = {
    operations.DESCRIBE_STACKS: "describe_stacks",
    operations.DESCRIBE_STACK_RESOURCE: "describe_stack_resource",
}
CLOUDWATCH = {operations.GET_METRIC_DATA: "get_metric_data", operations.DESCRIBE_ALARMS: "describe_alarms"}
_METHODS = SAGEMAKER | CLOUDFORMATION | CLOUDWATCH
"""The client's method for each operation."""


class ServiceError(Exception):
    """A call failed. The message contains the operation and the service's own message."""

    def __init__(self, operation: str, words: str) -> None:
        self.operation = operation
        super().__init__(f"{operation}: {words}")


class NotFoundError(ServiceError):
    """There is no such experiment, endpoint, endpoint configuration or resource of a stack."""


class ThrottledError(ServiceError):
    """The service is overloaded. Nothing has taken effect."""


class ConflictError(ServiceError):
    """Not allowed in this status, or during another operation. Nothing has taken effect."""


class UnknownOutcomeError(ServiceError):
    """The service failed or could not be reached. The call may have taken effect anyway."""


class RetryableError(ServiceError):
    """May succeed soon: a new role or policy is not propagated yet, or a name or endpoint was just released."""


class TerminalError(ServiceError):
    """Can't succeed with these arguments."""


def call(client: Client, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Makes one call. Raises a ``ServiceError`` of the class for its failure."""
    try:
        answer: dict[str, Any] = getattr(client, _METHODS[operation])(**arguments)
    except ClientError as error:
        raise _classified(operation, error) from error
    except (BotoCoreError, ResponseParserError) as error:
        # No response: a time-out, a broken connection, missing credentials. Observe whether the call took effect.
        raise UnknownOutcomeError(operation, str(error)) from error
    if _is_somebody_elses(operation, answer):
        raise UnknownOutcomeError(operation, "the response is not from the service; a proxy may have sent it")
    return answer


def _is_somebody_elses(operation: str, answer: Mapping[str, Any]) -> bool:
    """Whether the response is not from AWS. botocore reads a proxy's page with status 200 as one without members.

    Some responses have no members. Then the content type shows whose it is, if there is one. A response without a
    content type is taken for one of AWS's.
    """
    content_type = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-type", "")
    if "html" in content_type:
        return True
    if answer.keys() - {"ResponseMetadata"}:
        return False
    is_of_aws = not content_type or any(each in content_type for each in _CONTENT_TYPES)
    return operation not in _MAY_BE_EMPTY or not is_of_aws


def _classified(operation: str, error: ClientError) -> ServiceError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", "") or error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    return _kind(operation, code, said, status)(operation, f"{code}: {said}")


def _kind(operation: str, code: str, said: str, status: int) -> type[ServiceError]:
    if code in ("ResourceNotFound", "ResourceNotFoundException"):
        if operation != operations.CREATE:
            return NotFoundError
        # The new experiment can't be missing. It is something that the declaration refers to.
        return RetryableError if _role_not_assumable(said) else TerminalError
    if code == "ValidationException" and operation in _ENDPOINT_READS and said.lstrip().startswith("Could not find"):
        # DescribeEndpoint has no modeled errors. In other operations, this refers to a model or an endpoint.
        return NotFoundError
    if code == "ValidationException" and operation in _OF_TAGS and "does not exist" in said:
        # The experiment was just deleted, or is too new for these operations.
        return NotFoundError
    if code == "ValidationError" and operation == operations.DESCRIBE_STACK_RESOURCE and _NO_RESOURCE in said:
        return NotFoundError
    if code == "ConflictException":
        return ConflictError
    if "Throttl" in code or code in _OVERLOADED:
        return ThrottledError
    if status >= 500:
        return UnknownOutcomeError
    if code == "ResourceInUse" or "AccessDenied" in code or code in _NOT_SPREAD or _role_not_assumable(said):
        return RetryableError
    return TerminalError


_MAY_BE_EMPTY = frozenset({operations.DELETE_TAGS, operations.DESCRIBE_ALARMS})
"""The operations whose responses may have no members. CloudWatch's protocol may omit lists without entries."""
_CONTENT_TYPES = ("json", "cbor", "xml")
"""Parts of the content types of AWS's protocols."""
_ENDPOINT_READS = frozenset({operations.DESCRIBE_ENDPOINT, operations.DESCRIBE_ENDPOINT_CONFIG})
_OF_TAGS = frozenset({operations.LIST_TAGS, operations.ADD_TAGS, operations.DELETE_TAGS})
_NO_RESOURCE = "does not exist for stack"
"""A part of CloudFormation's message about a resource that it has deleted."""
_ASSUME = re.compile(r"\bassum(e|ed|ing)\b(?!-)|AssumeRole", re.IGNORECASE)
"""Not the ARN of a caller, as in ``assumed-role``."""
_OVERLOADED = frozenset({"TooManyRequestsException", "RequestLimitExceeded"})
_NOT_SPREAD = frozenset({"UnrecognizedClientException", "InvalidClientTokenId"})


def _role_not_assumable(said: str) -> bool:
    # Right after the role was created in the same stack. The error code is not documented; there may be none.
    return _ASSUME.search(said) is not None and "role" in said.lower()
