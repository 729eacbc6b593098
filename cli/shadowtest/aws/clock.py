"""The time of AWS, whatever the clock of the machine shows.

The function and SageMaker have the time of AWS. On a machine whose clock is slow, a request that has just been deployed
would seem newer than the next one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any


class Clock:
    """Takes the time from the newest response, of any service and region. Threads may share it."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The machine's time until AWS has responded."""
        if self._heard is None:
            return datetime.now(UTC)
        then, at = self._heard
        return then + timedelta(seconds=monotonic() - at)

    def listen(self, client: Any) -> None:
        """Takes the time from all responses that a boto3 client gets, including errors."""
        client.meta.events.register("after-call", lambda parsed, **_: self.hear(parsed))

    def hear(self, answer: Mapping[str, Any]) -> None:
        responded = _date(answer)
        if responded is not None:
            self._heard = responded, monotonic()


def _date(answer: Mapping[str, Any]) -> datetime | None:
    """``None`` if there is none that can be read. Whatever is between the machine and AWS may change headers."""
    try:
        date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, ValueError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
