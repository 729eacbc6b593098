"""What one request has done and seen so far: the little that can't be read off what is live.

It travels in the event from one invocation to the next, so it is plain JSON.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler.steps import Call, call_key

SETTLING = timedelta(minutes=1)
"""For so long a call may have taken effect without showing: SageMaker's answers may lag behind its doings."""


@dataclass
class Progress:
    """What has been called (and when), claimed (and whose it was before), refused for now, and seen."""

    calls: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    denied_since: str | None = None
    seen: bool = False
    seen_alive: bool = False

    def made(self, operation: str, subject: str, purpose: str = "") -> bool:
        return call_key(operation, subject, purpose) in self.calls

    def in_charge(self, subject: str) -> bool:
        """Whether this request has taken charge of an experiment (see ``charge``), or brought it into being."""
        return subject in self.claims or self.made("CreateInferenceExperiment", subject)

    def settling(self, operation: str, subject: str, now: datetime, purpose: str = "") -> bool:
        """Whether the call was made so lately that its effect may not show yet."""
        made_at = self.calls.get(call_key(operation, subject, purpose))
        return made_at is not None and now - datetime.fromisoformat(made_at) < SETTLING

    def refused(self, operation: str, subject: str) -> bool:
        """Whether SageMaker said "not now" to the call when it was made last."""
        return call_key(operation, subject) in self.refusals

    def record(self, call: Call, now: datetime) -> None:
        self.calls[call.key] = now.isoformat()
        self.refusals.pop(call.key, None)
        self.denied_since = None
        if call.takes_charge_from is not None:
            self.claims[call.subject] = call.takes_charge_from

    def record_refusal(self, call: Call, message: str) -> None:
        self.refusals[call.key] = message

    def record_denial(self, now: datetime) -> timedelta:
        """How long access has been denied by now, counted from the first denial in a row."""
        self.denied_since = self.denied_since or now.isoformat()
        return now - datetime.fromisoformat(self.denied_since)

    def record_look(self, *, exists: bool, alive: bool) -> None:
        self.seen = self.seen or exists
        self.seen_alive = self.seen_alive or alive

    @property
    def last_refusal(self) -> str:
        return next(reversed(self.refusals.values()), "")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Progress":
        return cls(**data)
