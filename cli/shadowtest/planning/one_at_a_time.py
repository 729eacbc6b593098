"""Two tests on one endpoint. SageMaker documents only that an endpoint has one shadow variant."""

from dataclasses import dataclass
from datetime import UTC, datetime

from inference_experiment_handler.plan.wording import IF_MOVED

_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Times:
    """When a test starts and ends. ``None`` is not known: it may have started long ago, or may never end."""

    starts: datetime | None = None
    ends: datetime | None = None

    def overlap(self, other: "Times") -> bool:
        """Whether both tests run at the same time, as far as it is known."""
        return (self.starts or _LONG_AGO) < (other.ends or _NEVER) and (other.starts or _LONG_AGO) < (
            self.ends or _NEVER
        )


@dataclass(frozen=True)
class InTheWay:
    """Another test on the endpoint.

    Attributes:
        why: What is on the endpoint, as a clause.
        is_open: Why the other test may be gone in time, as a clause; empty if it stays.
        experiment: Its name; empty if it does not exist yet.
    """

    why: str
    times: Times
    is_open: str = ""
    experiment: str = ""


@dataclass(frozen=True)
class Answer:
    """What the other tests mean for a new one: it is refused, or the result is not known.

    ``why``: one or two sentences.
    """

    is_refused: bool
    why: str


@dataclass(frozen=True)
class Crowd:
    """A new test, and the other tests on its endpoint. ``times``: when it would run."""

    endpoint: str
    times: Times
    others: tuple[InTheWay, ...]

    @property
    def answer(self) -> Answer | None:
        """``None`` if nothing is in the way. If one of the others refuses the test, the test is refused."""
        answers = [self._beside(other) for other in self.others]
        return next((each for each in answers if each.is_refused), answers[0] if answers else None)

    def _beside(self, other: InTheWay) -> Answer:
        if other.is_open:
            return Answer(False, f"{other.why}. {other.is_open}")
        if self.times.overlap(other.times):
            moved = f". {IF_MOVED}" if other.experiment else ""
            return Answer(True, f"{other.why}. An endpoint can have one test at a time{moved}")
        unknown = "SageMaker does not document whether it accepts another test that runs at another time"
        return Answer(False, f"{other.why}. {unknown}")
