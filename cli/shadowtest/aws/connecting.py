"""How long AWS is waited for where it can't be reached.

A call that AWS throttles is worth many attempts. One that does not get through to AWS is worth a few: all of them
take less than a quarter of a minute. A call that AWS has accepted and does not answer within 15 seconds is not tried
again.
"""

from typing import Any

from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError, ReadTimeoutError

NOT_REACHED = (NoConnectionError, HTTPClientError)
CONNECT_SECONDS = 4
READ_SECONDS = 15
_ATTEMPTS = 3


def give_up_early(attempts: int, caught_exception: Exception | None = None, **_: Any) -> None:
    """botocore's event before it decides about a retry. What is raised here ends the call."""
    is_last = attempts >= _ATTEMPTS or isinstance(caught_exception, ReadTimeoutError)
    if isinstance(caught_exception, NOT_REACHED) and is_last:
        raise caught_exception
