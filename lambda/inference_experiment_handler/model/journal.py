"""What one request has done and seen so far: the little that can't be read off what is live.

It travels in the event from one invocation to the next, so it is plain JSON.
"""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler.model.operations import ADD_TAGS, CREATE, LOOKS
from inference_experiment_handler.model.steps import Call, call_key

SETTLING = timedelta(minutes=1)
"""For so long a call may have taken effect without showing: SageMaker's answers may lag behind its doings."""

PATIENCE = timedelta(seconds=90)
"""For so long access may be denied, a name be taken or a call be out of place before it counts: new roles and policies
spread slowly, and statuses lag."""


@dataclass
class Progress:
    """Instants are ISO 8601 texts; calls go by ``Call.key``.

    Attributes:
        calls: When each call succeeded.
        unanswered: When the answer of a call was lost: it may have taken effect.
        refusals: Since when SageMaker refuses a call that may be legal later.
        denials: Since when access to an operation is denied, or a name taken.
        rejected: What was said when a call was refused for good.
        sent: The fields that updates have sent.
        claims: The experiments that the request took charge of, and whose they were before.
        named: The experiments whose tags were seen to name the request as the one in charge.
        stack: The stack's status, and when CloudFormation said so.
        stack_since: When the stack's present, or last, operation began.
        stack_at_first: The first that CloudFormation said.
        last_words: SageMaker's, in its last error.
        hops: How often the request was handed over from one invocation to the next.
        invocation: The id of the present invocation. Lambda keeps it when it runs one again.
        seen: Whether the experiment was there at an earlier look.
        seen_alive: Whether it had not ended then.
    """

    calls: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    denials: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    stack: tuple[str, str] | None = None
    stack_since: str | None = None
    stack_at_first: str | None = None
    last_words: str = ""
    hops: int = 0
    invocation: str = ""
    seen: bool = False
    seen_alive: bool = False

    def made(self, operation: str, subject: str) -> bool:
        return call_key(operation, subject) in self.calls

    def made_at(self, operation: str, subject: str) -> datetime | None:
        at = self.calls.get(call_key(operation, subject))
        return datetime.fromisoformat(at) if at else None

    def perhaps_made(self, operation: str, subject: str) -> bool:
        return self.perhaps_made_at(operation, subject) is not None

    def perhaps_made_at(self, operation: str, subject: str) -> datetime | None:
        lost = self.unanswered.get(call_key(operation, subject))
        return self.made_at(operation, subject) or (datetime.fromisoformat(lost) if lost else None)

    def settling(self, operation: str, subject: str, now: datetime) -> bool:
        """Whether the call was perhaps made, so lately that its effect may not show yet."""
        at = self.perhaps_made_at(operation, subject)
        return at is not None and now - at < SETTLING

    def refused(self, operation: str, subject: str) -> bool:
        return call_key(operation, subject) in self.refusals

    def tags_refused(self, subject: str) -> bool:
        """Whether SageMaker refuses that anything be written on the tags of an experiment."""
        return any(key.startswith(call_key(ADD_TAGS, subject)) for key in self.refusals)

    def refused_for_good(self, operation: str, subject: str, now: datetime) -> bool:
        since = self.refusals.get(call_key(operation, subject))
        return since is not None and now - datetime.fromisoformat(since) >= PATIENCE

    def in_charge(self, subject: str) -> bool:
        """Whether this request has taken charge of an experiment (see ``charge``), or brought it into being."""
        return subject in self.claims or self.made(CREATE, subject)

    def stack_status(self, *, since: datetime) -> str | None:
        """The stack's status, if CloudFormation was asked after that."""
        if self.stack is None or datetime.fromisoformat(self.stack[1]) <= since:
            return None
        return self.stack[0]

    def stack_began(self) -> datetime | None:
        return datetime.fromisoformat(self.stack_since) if self.stack_since else None

    def record(self, call: Call, now: datetime) -> None:
        self.calls[call.key] = now.isoformat()
        self.refusals.pop(call.key, None)
        self.denials.pop(call.operation, None)
        self.sent.extend(call.fields)
        if call.takes_charge_from is not None:
            self.claims[call.subject] = call.takes_charge_from

    def record_stack(self, status: str, since: datetime | None, now: datetime) -> None:
        self.stack = (status, now.isoformat())
        self.stack_since = since.isoformat() if since is not None else None
        self.stack_at_first = self.stack_at_first or status

    def record_refusal(self, call: Call, now: datetime) -> None:
        self.refusals.setdefault(call.key, now.isoformat())

    def record_rejection(self, call: Call, words: str) -> None:
        self.rejected[call.key] = words

    def record_unanswered(self, call: Call, now: datetime) -> None:
        self.unanswered[call.key] = now.isoformat()

    def recall_creation(self, name: str, at: datetime) -> None:
        self.unanswered.setdefault(call_key(CREATE, name), at.isoformat())

    def record_denial(self, operation: str, now: datetime) -> bool:
        """Whether access has been denied for so long by now that it counts."""
        since = self.denials.setdefault(operation, now.isoformat())
        return now - datetime.fromisoformat(since) >= PATIENCE

    def record_named(self, name: str) -> None:
        if name not in self.named:
            self.named.append(name)

    def record_look(self, *, exists: bool, alive: bool) -> None:
        for operation in LOOKS:
            self.denials.pop(operation, None)
        self.seen = self.seen or exists
        self.seen_alive = self.seen_alive or alive

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Progress":
        # Another version of the function may have handed it over.
        known = {each.name for each in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})
