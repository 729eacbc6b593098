"""What one request has done and seen so far: the little that can't be observed.

It travels in the event from one invocation to the next, as plain JSON. The JSON keys are a promise: an invocation of
another version of the function may go on with the request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler.model.operations import CREATE, READS
from inference_experiment_handler.model.steps import Call, CallKey

CONSISTENCY_WINDOW = timedelta(minutes=1)
"""For so long a call may have taken effect without showing: what SageMaker reports may lag behind."""

RETRY_WINDOW = timedelta(seconds=90)
"""For so long a call is repeated to which access is denied, whose name is taken, or that is in conflict: new roles and
policies spread slowly, and statuses lag."""


@dataclass
class Journal:
    """Instants are ISO 8601 texts.

    Attributes:
        completed: When each call succeeded.
        unknown_outcome: When a call got no answer: it may have taken effect.
        conflicts: Since when SageMaker refuses a call that may be legal later.
        retrying_since: Since when an operation is repeated, as access is denied or a name is taken; or a call, as no
            answer comes.
        terminal_errors: What was said when a call failed for good.
        sent_fields: The fields that updates have sent.
        leases: The experiments whose lease the request acquired, and the fencing token that held it before.
        lease_observed: The experiments whose tags were seen to name the request as the holder of the lease.
        stack: The stack's status, and when CloudFormation said so.
        stack_since: When the stack's present, or last, operation began.
        stack_at_first: The first status that CloudFormation said.
        last_error: The last error, in the service's words.
        generation: How often the request was handed over from one invocation to the next.
        existed: Whether the experiment was there when it was observed before.
        existed_alive: Whether it had not ended then.
    """

    completed: dict[CallKey, str] = field(default_factory=dict)
    unknown_outcome: dict[CallKey, str] = field(default_factory=dict)
    conflicts: dict[CallKey, str] = field(default_factory=dict)
    retrying_since: dict[str, str] = field(default_factory=dict)
    terminal_errors: dict[CallKey, str] = field(default_factory=dict)
    sent_fields: list[str] = field(default_factory=list)
    leases: dict[str, str] = field(default_factory=dict)
    lease_observed: list[str] = field(default_factory=list)
    stack: tuple[str, str] | None = None
    stack_since: str | None = None
    stack_at_first: str | None = None
    last_error: str = ""
    generation: int = 0
    existed: bool = False
    existed_alive: bool = False

    def is_completed(self, operation: str, subject: str) -> bool:
        return (operation, subject, "") in self.completed

    def completed_at(self, operation: str, subject: str) -> datetime | None:
        at = self.completed.get((operation, subject, ""))
        return datetime.fromisoformat(at) if at else None

    def perhaps_completed(self, operation: str, subject: str) -> bool:
        """Whether such a call succeeded or got no answer, for whatever purpose."""
        return any(key[:2] == (operation, subject) for key in (*self.completed, *self.unknown_outcome))

    def perhaps_completed_at(self, operation: str, subject: str) -> datetime | None:
        """When the call succeeded, or else when it got no answer."""
        unknown = self.unknown_outcome.get((operation, subject, ""))
        return self.completed_at(operation, subject) or (datetime.fromisoformat(unknown) if unknown else None)

    def may_not_show_yet(self, operation: str, subject: str, now: datetime) -> bool:
        """Whether the call perhaps succeeded, within the consistency window."""
        at = self.perhaps_completed_at(operation, subject)
        return at is not None and now - at < CONSISTENCY_WINDOW

    def in_conflict(self, operation: str, subject: str) -> bool:
        return (operation, subject, "") in self.conflicts

    def in_conflict_for_good(self, call: Call, now: datetime) -> bool:
        """Whether the call has been in conflict for longer than the retry window."""
        since = self.conflicts.get(call.key)
        return since is not None and _is_over(since, now)

    def last_tried(self, operation: str, subject: str, purpose: str, now: datetime) -> str | None:
        """The purpose of the latest such call that succeeded or is given up, of those that begin so."""
        given_up = ((key, at) for key, at in self.conflicts.items() if _is_over(at, now))
        tried = [
            (at, key[2])
            for key, at in (*given_up, *self.completed.items())
            if key[:2] == (operation, subject) and key[2].partition(" ")[0] == purpose
        ]
        return max(tried)[1] if tried else None

    def holds_lease(self, subject: str) -> bool:
        """Whether this request has acquired the lease of an experiment, or has created it."""
        return subject in self.leases or self.is_completed(CREATE, subject)

    def stack_status(self, *, since: datetime) -> str | None:
        """The stack's status, if CloudFormation was asked after that."""
        if self.stack is None or datetime.fromisoformat(self.stack[1]) <= since:
            return None
        return self.stack[0]

    def stack_began(self) -> datetime | None:
        return datetime.fromisoformat(self.stack_since) if self.stack_since else None

    def record(self, call: Call, now: datetime) -> None:
        """A call has succeeded."""
        self.completed[call.key] = now.isoformat()
        self.conflicts.pop(call.key, None)
        self.retrying_since.pop(call.operation, None)
        self.sent_fields.extend(call.fields)
        if call.takes_lease_from is not None:
            self.leases[call.subject] = call.takes_lease_from

    def record_stack(self, status: str, since: datetime | None, now: datetime) -> None:
        """CloudFormation has said how the stack is, and since when."""
        self.stack = (status, now.isoformat())
        self.stack_since = since.isoformat() if since is not None else None
        self.stack_at_first = self.stack_at_first or status

    def record_conflict(self, call: Call, now: datetime) -> None:
        since = (self.retrying_since.get(each) for each in (_text(call.key), call.operation))
        self.conflicts.setdefault(call.key, next(filter(None, since), now.isoformat()))

    def record_terminal_error(self, call: Call, words: str) -> None:
        self.terminal_errors[call.key] = words

    def record_unknown_outcome(self, call: Call, now: datetime) -> None:
        self.unknown_outcome[call.key] = now.isoformat()

    def record_creation(self, name: str, at: datetime) -> None:
        """An earlier run of this request has created the experiment, and lost its journal."""
        self.unknown_outcome.setdefault((CREATE, name, ""), at.isoformat())

    def retry_is_over(self, operation: str, now: datetime) -> bool:
        """Whether the operation has been repeated for longer than the retry window; the first time begins it."""
        since = self.retrying_since.setdefault(operation, now.isoformat())
        return _is_over(since, now)

    def is_unanswered_for_long(self, call: Call, now: datetime) -> bool:
        """Whether the call has got no answer for longer than the retry window; the first time begins it."""
        return _is_over(self.retrying_since.setdefault(_text(call.key), now.isoformat()), now)

    def record_lease_observed(self, name: str) -> None:
        if name not in self.lease_observed:
            self.lease_observed.append(name)

    def record_observation(self, *, exists: bool, alive: bool) -> None:
        for operation in READS:
            self.retrying_since.pop(operation, None)
        self.existed = self.existed or exists
        self.existed_alive = self.existed_alive or alive

    def to_json(self) -> dict[str, Any]:
        return {key: _to_json(getattr(self, name)) for name, key in _KEYS.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Journal":
        """Keys of another version are ignored. Raises a ``ValueError`` where this is no journal."""
        if not isinstance(data, Mapping):
            raise ValueError("a journal is a map")
        read = {name: data[key] for name, key in _KEYS.items() if key in data}
        for name in _BY_CALL & read.keys():
            if not isinstance(read[name], Mapping):
                raise ValueError(f"{name} is a map")
            read[name] = {_call_key(text): value for text, value in read[name].items()}
        return cls(**read)


_KEYS = {
    "completed": "calls",
    "unknown_outcome": "unanswered",
    "conflicts": "refusals",
    "retrying_since": "denials",
    "terminal_errors": "rejected",
    "sent_fields": "sent",
    "leases": "claims",
    "lease_observed": "named",
    "stack": "stack",
    "stack_since": "stack_since",
    "stack_at_first": "stack_at_first",
    "last_error": "last_words",
    "generation": "hops",
    "existed": "seen",
    "existed_alive": "seen_alive",
}
"""The key of each attribute in JSON."""

_BY_CALL = {"completed", "unknown_outcome", "conflicts", "terminal_errors"}


def _is_over(since: str, now: datetime) -> bool:
    """Whether the retry window that began then is over."""
    return now - datetime.fromisoformat(since) >= RETRY_WINDOW


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(key) if isinstance(key, tuple) else key: each for key, each in value.items()}
    return value


def _text(key: CallKey) -> str:
    """Neither operations nor subjects have spaces; a purpose may."""
    return " ".join(filter(None, key))


def _call_key(text: str) -> CallKey:
    operation, _, rest = text.partition(" ")
    subject, _, purpose = rest.partition(" ")
    return operation, subject, purpose
