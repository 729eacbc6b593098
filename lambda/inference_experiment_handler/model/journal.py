"""What one request has done and seen so far, if it can't be observed.

The event passes it from one invocation to the next, as JSON. The JSON keys must not change, because another version of
the function may continue the request.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inference_experiment_handler.model.operations import CREATE, READS
from inference_experiment_handler.model.steps import Call, CallKey, Purpose

CONSISTENCY_WINDOW = timedelta(minutes=1)
"""How long it can take until SageMaker reports the effect of a call."""

RETRY_WINDOW = timedelta(seconds=90)
"""How long a call is retried if access is denied, its name is in use, or it is in conflict. It takes time until new
roles and policies are propagated, and until statuses are up to date."""

NO_RESOURCE = "DOES_NOT_EXIST"
"""Recorded instead of the status of a resource that the stack does not have."""


@dataclass
class Journal:
    """Instants are ISO 8601 strings.

    Attributes:
        completed: When each call succeeded.
        unknown_outcome: When a call got no response. It may have taken effect.
        conflicts: Since when SageMaker has rejected a call that may be allowed later.
        conflict_errors: The last error of each of these calls.
        retrying_since: Since when something has been retried. If access was denied, or a name is in use, that is a
            read, or an operation with its experiment. If there was no response, it is a call.
        terminal_errors: The message of each call that failed with a final error.
        sent_fields: The fields that updates have sent.
        leases: The experiments whose lease the request acquired, and the fencing token of the last request of
            CloudFormation that held it before.
        lease_observed: The experiments whose tags were seen to name the request as the holder of the lease.
        stack: The stack's status, and when CloudFormation reported it.
        stack_since: When the stack's current, or last, operation began.
        stack_at_first: The first status that CloudFormation reported.
        resource: The resource's status, since when it has it, and when CloudFormation reported it. The first two are
            empty if CloudFormation did not report them.
        gate: The last judgement of ``PromoteIf``: when it was made, its verdict, and its headline.
        last_error: The last error, with the service's message.
        generation: How often the request was handed over from one invocation to the next.
        existed: Whether the experiment existed when it was last observed.
        existed_alive: Whether it had not ended then.
        seen_running: The experiments that were observed as Running.
    """

    completed: dict[CallKey, str] = field(default_factory=dict)
    unknown_outcome: dict[CallKey, str] = field(default_factory=dict)
    conflicts: dict[CallKey, str] = field(default_factory=dict)
    conflict_errors: dict[CallKey, str] = field(default_factory=dict)
    retrying_since: dict[str, str] = field(default_factory=dict)
    terminal_errors: dict[CallKey, str] = field(default_factory=dict)
    sent_fields: list[str] = field(default_factory=list)
    leases: dict[str, str] = field(default_factory=dict)
    lease_observed: list[str] = field(default_factory=list)
    stack: tuple[str, str] | None = None
    stack_since: str | None = None
    stack_at_first: str | None = None
    resource: tuple[str, str, str] | None = None
    gate: tuple[str, str, str] | None = None
    last_error: str = ""
    generation: int = 0
    existed: bool = False
    existed_alive: bool = False
    seen_running: list[str] = field(default_factory=list)

    def is_completed(self, operation: str, subject: str) -> bool:
        return (operation, subject, "") in self.completed

    def completed_at(self, operation: str, subject: str, purpose: str = Purpose.NONE) -> datetime | None:
        at = self.completed.get((operation, subject, purpose))
        return datetime.fromisoformat(at) if at else None

    def certainly_completed(self, operation: str, subject: str) -> bool:
        """Whether such a call succeeded, for any purpose."""
        return any(key[:2] == (operation, subject) for key in self.completed)

    def perhaps_completed(self, operation: str, subject: str) -> bool:
        """Whether such a call succeeded or got no response, for any purpose."""
        return any(key[:2] == (operation, subject) for key in (*self.completed, *self.unknown_outcome))

    def perhaps_completed_at(self, operation: str, subject: str) -> datetime | None:
        """When the call succeeded, or otherwise when it got no response."""
        unknown = self.unknown_outcome.get((operation, subject, ""))
        return self.completed_at(operation, subject) or (datetime.fromisoformat(unknown) if unknown else None)

    def may_not_show_yet(self, operation: str, subject: str, now: datetime) -> bool:
        """Whether the call may have succeeded within the consistency window."""
        at = self.perhaps_completed_at(operation, subject)
        return at is not None and now - at < CONSISTENCY_WINDOW

    def in_conflict(self, operation: str, subject: str) -> bool:
        return (operation, subject, "") in self.conflicts

    def conflict_error(self, operation: str, subject: str) -> str:
        """The error of a call that is in conflict; in the journal of an earlier version, the last error of all."""
        return self.conflict_errors.get((operation, subject, ""), self.last_error)

    def in_conflict_for_good(self, call: Call, now: datetime) -> bool:
        """Whether the call has been in conflict for longer than the retry window."""
        since = self.conflicts.get(call.key)
        return since is not None and _is_over(since, now)

    def has_tried(self, operation: str, subject: str, purpose: str) -> bool:
        """Whether this request has made such a call with this purpose, whatever the response was."""
        made = (*self.completed, *self.unknown_outcome, *self.conflicts)
        return any(key[:2] == (operation, subject) and key[2].partition(" ")[0] == purpose for key in made)

    def last_tried(self, operation: str, subject: str, purpose: str, now: datetime) -> str | None:
        """The full purpose of the latest call with this purpose that succeeded, or that is no longer retried."""
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
        """The stack's status, if CloudFormation reported it after that time."""
        if self.stack is None or datetime.fromisoformat(self.stack[1]) <= since:
            return None
        return self.stack[0]

    def stack_began(self) -> datetime | None:
        return datetime.fromisoformat(self.stack_since) if self.stack_since else None

    def record(self, call: Call, now: datetime) -> None:
        """Records that a call has succeeded."""
        self.completed[call.key] = now.isoformat()
        self.conflicts.pop(call.key, None)
        self.conflict_errors.pop(call.key, None)
        self.retrying_since.pop(_retry_key(call), None)
        self.sent_fields.extend(call.fields)
        if call.takes_lease_from is not None:
            self.leases[call.subject] = call.takes_lease_from

    def record_stack(self, status: str, since: datetime | None, now: datetime) -> None:
        """Records the stack's status, and since when it has it."""
        self.stack = (status, now.isoformat())
        self.stack_since = since.isoformat() if since is not None else None
        self.stack_at_first = self.stack_at_first or status

    def record_resource(self, now: datetime, status: str = "", since: datetime | None = None) -> None:
        """Records the resource's status, and since when it has it, as far as CloudFormation reports them."""
        self.resource = (status, since.astimezone(UTC).isoformat() if since is not None else "", now.isoformat())

    def resource_status(self, *, since: datetime | None = None) -> tuple[str, datetime | None] | None:
        """The resource's status and since when it has it, if CloudFormation was asked for them after that time."""
        if self.resource is None:
            return None
        status, at, asked = self.resource
        if since is not None and datetime.fromisoformat(asked) <= since:
            return None
        return status, datetime.fromisoformat(at) if at else None

    def record_judgement(self, at: datetime, verdict: str, headline: str) -> None:
        """Records a judgement of ``PromoteIf``. A later one replaces it."""
        self.gate = (at.isoformat(), verdict, headline)

    @property
    def gate_verdict(self) -> str:
        """The verdict of the last judgement; empty if there was none."""
        return self.gate[1] if self.gate is not None else ""

    @property
    def gate_headline(self) -> str:
        """The headline of the last judgement; empty if there was none."""
        return self.gate[2] if self.gate is not None else ""

    def record_conflict(self, call: Call, words: str, now: datetime) -> None:
        since = (self.retrying_since.get(each) for each in (_text(call.key), _retry_key(call)))
        self.conflicts.setdefault(call.key, next(filter(None, since), now.isoformat()))
        self.conflict_errors[call.key] = words

    def record_terminal_error(self, call: Call, words: str) -> None:
        self.terminal_errors[call.key] = words

    def record_unknown_outcome(self, call: Call, now: datetime) -> None:
        self.unknown_outcome[call.key] = now.isoformat()

    def record_creation(self, name: str, at: datetime) -> None:
        """Records that an earlier run of this request created the experiment, and that its journal was lost."""
        self.unknown_outcome.setdefault((CREATE, name, ""), at.isoformat())

    def retry_is_over(self, operation: str, now: datetime) -> bool:
        """Whether the retry window of a read is over. The first error begins it."""
        return _is_over(self.retrying_since.setdefault(operation, now.isoformat()), now)

    def call_retry_is_over(self, call: Call, now: datetime) -> bool:
        """Whether the retry window of a call is over. The first error that may be temporary begins it.

        The calls of one operation for one experiment share a window, whatever their purpose. Another experiment has its
        own, because a policy can deny access to one experiment only.
        """
        return _is_over(self.retrying_since.setdefault(_retry_key(call), now.isoformat()), now)

    def is_unanswered_for_long(self, call: Call, now: datetime) -> bool:
        """Whether the call has got no response for longer than the retry window, which the first call begins."""
        return _is_over(self.retrying_since.setdefault(_text(call.key), now.isoformat()), now)

    def record_lease_observed(self, name: str) -> None:
        if name not in self.lease_observed:
            self.lease_observed.append(name)

    def record_observation(self, *, exists: bool, alive: bool, running: Iterable[str] = ()) -> None:
        """``running``: the names of the experiments that are Running."""
        for operation in READS:
            self.retrying_since.pop(operation, None)
        self.existed = self.existed or exists
        self.existed_alive = self.existed_alive or alive
        self.seen_running.extend(name for name in running if name not in self.seen_running)

    def to_json(self) -> dict[str, Any]:
        return {key: _to_json(getattr(self, name)) for name, key in _KEYS.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Journal":
        """Ignores keys of other versions. Raises a ``ValueError`` if the data is not a journal."""
        if not isinstance(data, Mapping):
            raise ValueError("a journal must be a map")
        read = {name: data[key] for name, key in _KEYS.items() if key in data}
        for name in _BY_CALL & read.keys():
            if not isinstance(read[name], Mapping):
                raise ValueError(f"{name} must be a map")
            read[name] = {_call_key(text): value for text, value in read[name].items()}
        return cls(**read)


_KEYS = {
    "completed": "calls",
    "unknown_outcome": "unanswered",
    "conflicts": "refusals",
    "conflict_errors": "refusal_words",
    "retrying_since": "denials",
    "terminal_errors": "rejected",
    "sent_fields": "sent",
    "leases": "claims",
    "lease_observed": "named",
    "stack": "stack",
    "stack_since": "stack_since",
    "stack_at_first": "stack_at_first",
    "resource": "resource",
    "gate": "gate",
    "last_error": "last_words",
    "generation": "hops",
    "existed": "seen",
    "existed_alive": "seen_alive",
    "seen_running": "seen_running",
}
"""The key of each attribute in JSON."""

_BY_CALL = {"completed", "unknown_outcome", "conflicts", "conflict_errors", "terminal_errors"}


def _is_over(since: str, now: datetime) -> bool:
    """Whether the retry window that began at this time is over."""
    return now - datetime.fromisoformat(since) >= RETRY_WINDOW


def _retry_key(call: Call) -> str:
    """The key of an operation with its experiment. Its last word distinguishes it from the key of a call."""
    return f"{call.operation} {call.subject} denied"


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(key) if isinstance(key, tuple) else key: each for key, each in value.items()}
    return value


def _text(key: CallKey) -> str:
    """Operations and subjects have no spaces. A purpose may have them."""
    return " ".join(filter(None, key))


def _call_key(text: str) -> CallKey:
    operation, _, rest = text.partition(" ")
    subject, _, purpose = rest.partition(" ")
    return operation, subject, purpose
