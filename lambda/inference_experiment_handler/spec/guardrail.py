"""The event of a guardrail: which experiment ends when one of which alarms is in ALARM."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from inference_experiment_handler.spec.reader import Faults, Reader

REQUEST_TYPE = "Guardrail"
"""``RequestType`` of the event."""
ALARMS = range(1, 101)
"""How many alarms one event may have: DescribeAlarms takes 100 names."""


@dataclass(frozen=True)
class GuardedAlarm:
    """An alarm that ends the test. ``reason``: the user's own words for the ``Reason`` that SageMaker records."""

    arn: str
    reason: str | None = None

    @property
    def name(self) -> str:
        """The alarm's name, which may contain colons."""
        return self.arn.split(":", 6)[6]


@dataclass(frozen=True)
class Guardrail:
    """The experiment, its owner, and its alarms."""

    stack_id: str
    logical_id: str
    name: str
    alarms: tuple[GuardedAlarm, ...]


def parse_guardrail(event: Mapping[str, Any], *, carried: str) -> Guardrail:
    """Raises an ``InvalidPropertiesError`` with all faults. ``carried``: the key of what a handover adds."""
    faults = Faults()
    reader = Reader(event, faults, opaque=lambda _: False)
    reader.choice("RequestType", (REQUEST_TYPE,))
    stack_id = reader.text("StackId", limits.STACK_ID, required=True)
    logical_id = reader.text("LogicalResourceId", limits.LOGICAL_ID, required=True)
    name = reader.text("PhysicalResourceId", limits.EXPERIMENT_NAME, required=True)
    entries = reader.children("Alarms", count=ALARMS, required=True)
    alarms = [_alarm(entry) for entry in entries or []]
    reader.finish(ignoring=(carried,))
    if faults.found:
        raise InvalidPropertiesError(faults.messages)
    return Guardrail(stack_id, logical_id, name, tuple(alarms))


def _alarm(entry: Reader) -> GuardedAlarm:
    arn = entry.text("Arn", limits.ALARM_ARN, required=True)
    reason = entry.text("Reason", limits.REASON)
    entry.finish()
    return GuardedAlarm(arn, reason)
