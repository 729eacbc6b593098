"""The seed's dice, and how often what goes wrong."""

from dataclasses import dataclass, fields, replace
from random import Random


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Probabilities, each for one occasion. A quiet world is one in which none of it happens."""

    throttle: float = 0.0
    """A call is refused with a ThrottlingException."""
    server_error: float = 0.0
    """A call is answered with a 500, performed or not."""
    connection_lost: float = 0.0
    """A call gets no answer, performed or not."""
    proxy: float = 0.0
    """A proxy answers a call with a page of its own, before or after the call took effect."""
    conflict: float = 0.0
    """A changing call is refused with a ConflictException."""
    crash: float = 0.0
    """The sandbox is lost, before or after a call out."""
    duplicate: float = 0.0
    """Lambda delivers an event twice."""
    late: float = 0.0
    """Lambda delivers an event minutes late."""
    invoke_refused: float = 0.0
    """A self-invocation is refused."""
    invoke_lost: float = 0.0
    """A self-invocation is accepted, and never delivered."""
    put_refused: float = 0.0
    """The address of the answer refuses a connection."""
    put_reset: float = 0.0
    """The connection breaks after an answer was put, taken or not."""
    put_failed: float = 0.0
    """An answer that is put is answered with a 503, taken or not."""
    put_slow: float = 0.0
    """The address takes up to half a minute, longer than anybody listens."""
    put_forbidden: float = 0.0
    """An address answers 403 for good: its signature no longer holds."""
    put_outage: float = 0.0
    """No address can be reached, for minutes."""
    meddling: float = 0.0
    """Somebody stops, edits or deletes the experiment while a request is under way, or between two."""
    endpoint_meddling: float = 0.0
    """Somebody updates or scales the endpoint, while a request is under way, or between two."""
    unknown_status: float = 0.0
    """SageMaker reports a status that is in no model, for up to a quarter of an hour."""
    test_fails: float = 0.0
    """SageMaker gives an experiment up: Cancelled, with a StatusReason."""
    silent_rollback: float = 0.0
    """An endpoint update at the end of a test is rolled back without a word."""
    slow: float = 0.0
    """A transition takes 30 to 70 minutes."""
    cancel: float = 0.0
    """The user cancels an update, or deletes the stack, while a request is under way."""
    other_resource_fails: float = 0.0
    """Something else in the stack fails after the experiment has succeeded."""
    malformed: float = 0.0
    """Somebody invokes the function with an event that is no request."""
    denied: float = 0.0
    """Access is denied for the first minute of the stack."""

    def scaled(self, by: float) -> "Odds":
        return replace(self, **{field.name: getattr(self, field.name) * by for field in fields(self)})


STORM = Odds(
    throttle=0.01,
    server_error=0.004,
    connection_lost=0.004,
    conflict=0.01,
    crash=0.001,
    duplicate=0.05,
    late=0.05,
    invoke_refused=0.02,
    invoke_lost=0.05,
    put_refused=0.05,
    put_reset=0.05,
    put_failed=0.05,
    put_slow=0.05,
    put_forbidden=0.003,
    put_outage=0.02,
    meddling=0.15,
    test_fails=0.1,
    silent_rollback=0.05,
    slow=0.1,
    cancel=0.15,
    other_resource_fails=0.15,
    malformed=0.3,
    denied=0.1,
    proxy=0.004,
    endpoint_meddling=0.1,
    unknown_status=0.0005,
)


_LATER = frozenset({"proxy", "endpoint_meddling", "unknown_status"})
"""What was added later has dice of its own, so that the lives of known seeds stay what they were, as long as it spares
them."""


class Chance:
    """One life's dice. What happened is counted by name."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  # a replay, not a secret
        # A third of the lives is quiet, so that what should simply work is seen to.
        self.odds = STORM.scaled(self.random.choice([0.0, 0.5, 1.0]))
        self.quiet = self.odds == Odds()
        """Nothing goes wrong in all of this life."""
        self.counts: dict[str, int] = {}
        self.later = Random(f"{seed} later")  # noqa: S311  # as above

    def hits(self, what: str) -> bool:
        odds = getattr(self.odds, what)
        dice = self.later if what in _LATER else self.random
        if not odds or dice.random() >= odds:
            return False
        self.counts[what] = self.counts.get(what, 0) + 1
        return True

    def calm(self) -> None:
        """From now on nothing goes wrong any more."""
        self.odds = Odds()
