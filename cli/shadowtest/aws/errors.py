"""What AWS refuses, and what does not get through to it, in a line that says what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)

from inference_experiment_handler.client import ServiceError
from shadowtest.errors import CommandError

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_INVALID = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException")
_ACTION = re.compile(r"perform: (\S+:\w+)")


def is_denied(error: BaseException) -> bool:
    """Whether IAM denies the call."""
    error = _of_boto(error)
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _DENIED


@contextmanager
def in_words() -> Iterator[None]:
    """An error of AWS's or of botocore's becomes a ``CommandError``."""
    try:
        yield
    except (BotoCoreError, ClientError, ServiceError) as error:
        raise CommandError(words_of(error)) from error


def words_of(error: BaseException) -> str:
    """The error, and the way out."""
    cause = _of_boto(error)
    match cause:
        case NoCredentialsError() | PartialCredentialsError():
            return (
                f"there are no AWS credentials ({cause}): set AWS_PROFILE or --profile, or log in with 'aws sso login'"
            )
        case NoRegionError():
            return "there is no region: set AWS_REGION or --region"
        case ProfileNotFound():
            return f"{cause}: 'aws configure list-profiles' lists the profiles"
        case EndpointConnectionError() | ConnectTimeoutError() | ReadTimeoutError():
            return f"AWS can't be reached: {cause}"
        case ClientError():
            return _refused(cause)
    return str(error)


def _refused(error: ClientError) -> str:
    code, message = (str(error.response["Error"].get(key, "")) for key in ("Code", "Message"))
    if code in _DENIED:
        found = _ACTION.search(message)
        action = found[1] if found else error.operation_name
        return f"IAM does not allow {action}, which this command needs: {message}"
    if code in _EXPIRED:
        return f"the AWS credentials have expired: {message}"
    if code in _INVALID:
        return f"the AWS credentials are not valid: {message}"
    return f"{error.operation_name}: {message or code}"


def _of_boto(error: BaseException) -> BaseException:
    """The handler's client has its own errors, which are raised from botocore's."""
    return error.__cause__ if isinstance(error, ServiceError) and error.__cause__ is not None else error
