"""Errors of AWS, and of calls that do not reach it, in one line that says what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)

from inference_experiment_handler.client import ServiceError
from shadowtest.aws.connecting import NOT_REACHED, READ_SECONDS
from shadowtest.errors import CommandError

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_INVALID = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException")
_ACTION = re.compile(r"perform: (\S+:\w+)")


def is_denied(error: BaseException) -> bool:
    """Whether IAM denies the call."""
    error = _of_boto(error)
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _DENIED


def concerns_all(error: BaseException) -> bool:
    """Whether each call in every region fails with this error: it is about the user's configuration or credentials."""
    error = _of_boto(error)
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] in _EXPIRED
    return isinstance(error, BotoCoreError) and not isinstance(error, (*NOT_REACHED, ParamValidationError))


def concerns_region(error: BaseException) -> bool:
    """Whether each call to the region fails with this error. A region that is not enabled refuses the credentials."""
    error = _of_boto(error)
    return isinstance(error, NOT_REACHED) or (
        isinstance(error, ClientError) and error.response["Error"]["Code"] in _INVALID
    )


@contextmanager
def in_words() -> Iterator[None]:
    """Raises an error of AWS or of botocore as a ``CommandError``."""
    try:
        yield
    except (BotoCoreError, ClientError, ServiceError) as error:
        raise CommandError(words_of(error)) from error


def words_of(error: BaseException) -> str:
    """The error, and what to do about it."""
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
        case ClientError():
            return _refused(cause)
    if isinstance(cause, ReadTimeoutError):
        return f"AWS did not respond within {READ_SECONDS} seconds: {cause}"
    if isinstance(cause, NOT_REACHED):
        return f"AWS can't be reached: {cause}"
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
    """The error of botocore from which the handler's client has raised its own error."""
    return error.__cause__ if isinstance(error, ServiceError) and error.__cause__ is not None else error
