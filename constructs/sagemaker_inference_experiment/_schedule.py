"""When a shadow test runs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from aws_cdk import Duration

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.text import iso_instant
from sagemaker_inference_experiment._durations import ISO_UNITS, is_token, iso, unit_faults
from sagemaker_inference_experiment._tokens import is_not_known_yet


class WaitFor(StrEnum):
    """How long a deployment waits for a test that it starts."""

    RUNNING = "Running"
    """Until the test runs. If it can't be started, the deployment fails and rolls back."""
    CREATED = "Created"
    """Until SageMaker has accepted the test. Use it for models that take longer to start than the hour that
    CloudFormation waits. Later failures show in the experiment's status and its metrics, but not in a deployment."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a shadow test starts and ends: the API's ``Schedule``.

    For example:

    ```python
    from datetime import UTC, datetime

    Schedule.start_now(for_=Duration.days(7))
    Schedule.start_at(datetime(2030, 1, 31, 12, tzinfo=UTC), until=datetime(2030, 2, 3, tzinfo=UTC))
    ```

    A test runs for 1 hour to 30 days. Times are datetimes with a time zone, or ISO 8601 strings with a time zone, which
    can be tokens. At the end of the test, SageMaker restores the endpoint's earlier configuration. It does not promote
    the shadow variant.

    Args:
        start: When the test starts (``StartTime``); immediately if omitted or in the past.
        end: When it ends (``EndTime``).
        duration: How long it runs, counted from its actual start, instead of ``end``. With neither, SageMaker ends it
            after 7 days.
    """

    start: datetime | str | None = None
    end: datetime | str | None = None
    duration: Duration | None = None

    @classmethod
    def start_now(cls, *, for_: Duration | None = None, until: datetime | str | None = None) -> "Schedule":
        """Starts with the deployment; ends after a duration or at a time (after 7 days if neither is given).

        Args:
            for_: How long it runs, counted from its actual start.
            until: When it ends (``EndTime``), instead of ``for_``.
        """
        return cls(end=until, duration=for_)

    @classmethod
    def start_at(
        cls, start: datetime | str, *, for_: Duration | None = None, until: datetime | str | None = None
    ) -> "Schedule":
        """Starts at a time; ends after a duration or at a time (after 7 days if neither is given).

        Args:
            start: When it starts (``StartTime``).
            for_: How long it runs, counted from its actual start.
            until: When it ends (``EndTime``), instead of ``for_``.
        """
        return cls(start=start, end=until, duration=for_)

    def _render(self) -> dict[str, Any] | None:
        rendered = {
            "StartTime": instant_text(self.start),
            "EndTime": instant_text(self.end),
            "Duration": iso(self.duration) if self.duration is not None else None,
        }
        declared = {key: value for key, value in rendered.items() if value is not None}
        return declared or None

    def _faults(self) -> list[str]:
        """The faults that its properties do not show."""
        return unit_faults("schedule.duration", self.duration, ISO_UNITS) if self.duration is not None else []

    def _known(self) -> tuple[datetime | None, datetime | None]:
        """When it starts and ends; ``None`` for a time that is not known at synth, such as a token or "now"."""
        start, end = _literal(self.start), _literal(self.end)
        if start is None or self.end is not None:
            return start, end
        if self.duration is None:
            return start, start + limits.DEFAULT_TEST
        return start, None if is_token(self.duration) else start + timedelta(seconds=self.duration.to_seconds())


def _literal(value: datetime | str | None) -> datetime | None:
    if value is None or is_not_known_yet(value):
        return None
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def instant_text(value: datetime | str | None) -> str | None:
    """A time as in the properties: a datetime in ISO 8601."""
    if not isinstance(value, datetime):
        return value
    # The check of the properties reports a time without a time zone, or out of range.
    if value.tzinfo is None:
        return value.isoformat()
    try:
        return iso_instant(value)
    except OverflowError:
        return value.isoformat()
