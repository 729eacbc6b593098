"""A CloudWatch alarm, as DescribeAlarms reports it, and what an ended test says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inference_experiment_handler.spec.limits import REASON
from inference_experiment_handler.spec.text import iso_instant

ENDED_BY = "ended by alarm "
"""The beginning of the ``Reason`` of a guardrail's Stop, which SageMaker reports as ``StatusReason``."""


@dataclass(frozen=True)
class ObservedAlarm:
    """A metric alarm or a composite alarm. ``since``: when it got its state."""

    arn: str
    name: str
    state: str
    reason: str = ""
    since: datetime | None = None

    @property
    def rings(self) -> bool:
        """Whether it is in ALARM. INSUFFICIENT_DATA proves nothing."""
        return self.state == "ALARM"

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> "ObservedAlarm":
        return cls(
            arn=answer["AlarmArn"],
            name=answer["AlarmName"],
            state=answer["StateValue"],
            reason=answer.get("StateReason", ""),
            since=answer.get("StateTransitionedTimestamp") or answer.get("StateUpdatedTimestamp"),
        )


def reason_to_end(alarm: ObservedAlarm, words: str | None) -> str:
    """The ``Reason`` of the Stop: the alarm, since when it rings, the user's own words, and the alarm's reason."""
    since = f" at {iso_instant(alarm.since)}" if alarm.since else ""
    # A newline, or another separator that SageMaker rejects, becomes a space.
    said = " ".join(": ".join(filter(None, (words, alarm.reason))).split())
    return _fitted(f"{ENDED_BY}{alarm.name}{since}{f': {said}' if said else ''}")


def _fitted(text: str) -> str:
    """AWS does not document whether a character beyond U+FFFF counts as one or as two, so it counts as two."""
    while len(text.encode("utf-16-le", "surrogatepass")) // 2 > REASON.longest:
        text = f"{text[: min(len(text) - 4, REASON.longest - 3)]}..."
    return text
