"""The random generator of a seed, and the probability of each fault."""

from dataclasses import dataclass, fields, replace
from random import Random


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Probabilities, each for one occasion. In a quiet world, all of them are 0."""

    throttle: float = 0.0
    """A call is refused with a ThrottlingException."""
    server_error: float = 0.0
    """A call returns a 500, performed or not."""
    connection_lost: float = 0.0
    """A call gets no response, performed or not."""
    proxy: float = 0.0
    """A proxy responds to a call with its own page, before or after the call took effect."""
    conflict: float = 0.0
    """A changing call is refused with a ConflictException."""
    crash: float = 0.0
    """The sandbox crashes, before or after an outgoing call."""
    duplicate: float = 0.0
    """Lambda delivers an event twice."""
    late: float = 0.0
    """Lambda delivers an event minutes late."""
    invoke_refused: float = 0.0
    """A self-invocation is refused."""
    invoke_lost: float = 0.0
    """A self-invocation is accepted, but never delivered."""
    put_refused: float = 0.0
    """The response URL refuses a connection."""
    put_reset: float = 0.0
    """The connection breaks after a response was put, received or not."""
    put_failed: float = 0.0
    """The PUT of a response returns a 503, received or not."""
    put_slow: float = 0.0
    """The response URL takes up to half a minute, which is longer than the timeout of the client."""
    put_forbidden: float = 0.0
    """A response URL returns only 403 from then on, because its signature has expired."""
    put_outage: float = 0.0
    """No response URL can be reached for some minutes."""
    meddling: float = 0.0
    """Someone stops, edits or deletes the experiment during a request, or between two requests."""
    endpoint_meddling: float = 0.0
    """Someone updates or scales the endpoint during a request, or between two requests."""
    unknown_status: float = 0.0
    """SageMaker reports an undocumented status for up to 15 minutes."""
    test_fails: float = 0.0
    """SageMaker itself ends an experiment: Cancelled, with a StatusReason."""
    silent_rollback: float = 0.0
    """An endpoint update at the end of a test is rolled back without a message."""
    slow: float = 0.0
    """A transition takes 30 to 70 minutes."""
    cancel: float = 0.0
    """The user cancels an update, or deletes the stack, during a request."""
    other_resource_fails: float = 0.0
    """Another resource of the stack fails after the experiment has succeeded."""
    malformed: float = 0.0
    """Someone invokes the function with an event that is not a request."""
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
"""Faults that were added later have their own dice, so that lives of known seeds without them do not change."""


class Chance:
    """The dice of one life. Faults that occurred are counted by name."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  # a replay, not a secret
        # A third of the lives is quiet, to check that everything works without faults.
        self.odds = STORM.scaled(self.random.choice([0.0, 0.5, 1.0]))
        self.quiet = self.odds == Odds()
        """No fault occurs in this life."""
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
        """From now on, no fault occurs."""
        self.odds = Odds()
