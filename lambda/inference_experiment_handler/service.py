"""SageMaker, as far as it is used: the calls by name, and what each error means for the request.

::

    ServiceError
     ├── NotFoundError   there is no such experiment or endpoint
     ├── BusyError       legal, but not now: wait, look again, call again
     ├── NotYetError     legal soon, or never: repeated for a while, then final
     └── RefusedError    final: SageMaker's own words go into the answer
"""

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError


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


METHODS = {
    "CreateInferenceExperiment": "create_inference_experiment",
    "DescribeInferenceExperiment": "describe_inference_experiment",
    "UpdateInferenceExperiment": "update_inference_experiment",
    "StartInferenceExperiment": "start_inference_experiment",
    "StopInferenceExperiment": "stop_inference_experiment",
    "DeleteInferenceExperiment": "delete_inference_experiment",
    "DescribeEndpoint": "describe_endpoint",
    "DescribeEndpointConfig": "describe_endpoint_config",
    "AddTags": "add_tags",
    "ListTags": "list_tags",
    "DeleteTags": "delete_tags",
}


class ServiceError(Exception):
    """A call did not succeed. The message names the operation and carries SageMaker's own words."""


class NotFoundError(ServiceError):
    """There is no such experiment, endpoint or endpoint configuration."""


class BusyError(ServiceError):
    """Not now: another operation is under way, SageMaker is overloaded, or it could not be reached."""


class NotYetError(ServiceError):
    """Perhaps soon: a new role or policy that has not spread yet, a name or endpoint that has just been released."""


class RefusedError(ServiceError):
    """Never, as it was asked."""


def call(client: SageMaker, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Makes one call; raises a ``ServiceError`` that says what its failure means."""
    try:
        answer: dict[str, Any] = getattr(client, METHODS[operation])(**arguments)
    except ClientError as error:
        raise _meaning(operation, error) from error
    except BotoCoreError as error:
        # No answer: a time-out, a broken connection, missing credentials. What was done shows at the next look.
        raise BusyError(f"{operation}: {error}") from error
    return answer


def _meaning(operation: str, error: ClientError) -> ServiceError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", "") or error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    message = f"{operation}: {code}: {said}"
    if code in ("ResourceNotFound", "ResourceNotFoundException") or _says_not_found(code, said):
        return NotFoundError(message)
    if code == "ConflictException" or status >= 500 or "Throttl" in code or code in _OVERLOADED:
        return BusyError(message)
    if code == "ResourceInUse" or "AccessDenied" in code or code in _NOT_SPREAD or _role_not_assumable(code, said):
        return NotYetError(message)
    return RefusedError(message)


_OVERLOADED = frozenset({"TooManyRequestsException", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure"})
_NOT_SPREAD = frozenset({"UnrecognizedClientException", "InvalidClientTokenId"})


def _says_not_found(code: str, said: str) -> bool:
    # DescribeEndpoint models no errors: an endpoint that doesn't exist is a ValidationException.
    return code == "ValidationException" and said.lstrip().startswith("Could not find")


def _role_not_assumable(code: str, said: str) -> bool:
    # The first seconds of a role that was created in the same stack.
    return code == "ValidationException" and "assume" in said and "role" in said.lower()
