"""How long the commands wait for AWS if it can't be reached.

A call that AWS throttles is retried many times. A call that does not reach AWS is retried a few times, for less than 15
seconds in total. A call without a response within 15 seconds is not retried.
"""

from typing import Any

from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError, ReadTimeoutError

NOT_REACHED = (NoConnectionError, HTTPClientError)
CONNECT_SECONDS = 4
READ_SECONDS = 15
_ATTEMPTS = 3


def give_up_early(attempts: int, caught_exception: Exception | None = None, **_: Any) -> None:
    """Handles the event that botocore emits before it decides about a retry. An exception from here ends the call."""
    is_last = attempts >= _ATTEMPTS or isinstance(caught_exception, ReadTimeoutError)
    if isinstance(caught_exception, NOT_REACHED) and is_last:
        raise caught_exception
