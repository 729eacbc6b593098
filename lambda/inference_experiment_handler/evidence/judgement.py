"""The judgement of a gate: a verdict for each criterion, the findings that it is based on, and both in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inference_experiment_handler.evidence.answers import NotMeasuredError
from inference_experiment_handler.evidence.expectation import no_verdict_before
from inference_experiment_handler.evidence.intervals import Interval
from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.evidence.wording import named
from inference_experiment_handler.spec.gate import Criterion
from inference_experiment_handler.spec.text import iso_instant


class Verdict(StrEnum):
    """The verdict on a criterion, or on a whole gate. Journals contain the values, so they must not change."""

    HOLDS = "holds"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """``FAILS`` outweighs ``INCONCLUSIVE``. Without verdicts, the result is ``HOLDS``."""
    given = set(verdicts)
    return next((each for each in (Verdict.FAILS, Verdict.INCONCLUSIVE) if each in given), Verdict.HOLDS)


def against(interval: Interval, limit: float) -> Verdict:
    """The verdict on whether the measured value is at most the limit, by its confidence interval."""
    if interval.upper <= limit:
        return Verdict.HOLDS
    return Verdict.FAILS if interval.lower > limit else Verdict.INCONCLUSIVE


@dataclass(frozen=True)
class Limit:
    """A limit of a criterion.

    Attributes:
        name: The property, such as ``MaxRatio``.
        value: ``None`` for alarms, which have no number.
        unit: The unit of the value: ``ms``, ``%``, ``points``, ``s``, or empty.
    """

    name: str
    value: float | None = None
    unit: str = ""

    @property
    def number(self) -> float:
        """The value. Raises a ``LookupError`` if there is none."""
        if self.value is None:
            raise LookupError(f"{self.name} has no number")
        return self.value

    @property
    def is_lowest(self) -> bool:
        """Whether the measured value must be at least the limit."""
        return self.name.startswith("Min")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result for one limit of a criterion.

    Attributes:
        value: The measured value, in the unit of the limit. ``None`` if there is no such number.
        said: The value, the limit, and the data that the value is computed from, in words.
        samples: The number of requests, or of values of a metric, that the value is computed from.
        window: The time that the finding is about.
        enough_at: The time at which there will be enough data for a verdict, at the current rate of requests. ``None``
            if there will never be enough data, or if the time is not known.
        not_before: If ``enough_at`` is not known, the time before which there can be no verdict. ``None`` if that is
            not known either.
    """

    limit: Limit
    verdict: Verdict
    said: str
    value: float | None = None
    samples: float | None = None
    window: Window | None = None
    enough_at: datetime | None = None
    not_before: datetime | None = None


def found(limit: Limit, scope: Scope, measure: Callable[[Window], Finding], *, periods: int = 1) -> Finding:
    """The finding of ``measure``. It is inconclusive if there is no data to measure.

    ``periods`` is the number of periods that a verdict needs at least.
    """
    if scope.totals is None:
        at, then = no_verdict_before(scope, periods)
        said = f"no period of the metrics is complete yet; {then}"
        return Finding(limit=limit, verdict=Verdict.INCONCLUSIVE, said=said, not_before=at)
    try:
        return measure(scope.totals)
    except NotMeasuredError as nothing:
        return Finding(limit=limit, verdict=Verdict.INCONCLUSIVE, said=str(nothing), window=scope.totals)


@dataclass(frozen=True)
class Judged:
    """A criterion with the findings of each of its limits."""

    criterion: Criterion
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(each.verdict for each in self.findings)

    @property
    def name(self) -> str:
        return named(self.criterion)

    @property
    def sentences(self) -> tuple[str, ...]:
        """A sentence for each finding, with the time that the finding is about."""
        reported = "" if self.criterion.enforce else " (reported only)"
        return tuple(
            f"{self.name}{reported} {_IN_A_SENTENCE[each.verdict]}: {each.said}{_of(each.window)}."
            for each in self.findings
        )


_IN_A_SENTENCE = {Verdict.HOLDS: "holds", Verdict.FAILS: "fails", Verdict.INCONCLUSIVE: "is inconclusive"}


def _of(window: Window | None) -> str:
    return f" [{iso_instant(window.start)} to {iso_instant(window.end)}]" if window is not None else ""


@dataclass(frozen=True)
class Judgement:
    """The judgement of a gate. All enforced criteria must hold. The others are only reported.

    Attributes:
        at: The time at which the evidence was read.
        criteria: The judged criteria, in the order of the declaration.
    """

    at: datetime
    criteria: tuple[Judged, ...]

    @property
    def enforced(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.criteria if each.criterion.enforce)

    @property
    def verdict(self) -> Verdict:
        return worst(each.verdict for each in self.enforced)

    @property
    def headline(self) -> str:
        """The verdict, and the criteria that decide it, such as ``fails: 1 of 5 criteria (Latency p99) at ...``."""
        enforced, at = self.enforced, iso_instant(self.at)
        if not enforced:
            return f"holds: no criterion is enforced, at {at}"
        because = [each.name for each in enforced if each.verdict is self.verdict]
        names = f" ({', '.join(because)})" if self.verdict is not Verdict.HOLDS else ""
        return f"{self.verdict}: {len(because)} of {_criteria(len(enforced))}{names} at {at}"

    @property
    def sentence(self) -> str:
        """The headline after the word PromoteIf."""
        return f"is {self.headline}" if self.verdict is Verdict.INCONCLUSIVE else self.headline

    @property
    def ranked(self) -> tuple[Judged, ...]:
        """The criteria that fail, then the inconclusive ones, then the rest. Those that are only reported come last."""
        order = (Verdict.FAILS, Verdict.INCONCLUSIVE, Verdict.HOLDS)
        return tuple(sorted(self.criteria, key=lambda each: (not each.criterion.enforce, order.index(each.verdict))))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of all findings, in the order of ``ranked``."""
        return tuple(sentence for each in self.ranked for sentence in each.sentences)

    @property
    def enough_at(self) -> datetime | None:
        """The time at which there will be enough data for a verdict.

        ``None`` if no finding of an enforced criterion is inconclusive, or if the time of such a finding is not known.
        """
        open_findings = [finding for each in self.enforced for finding in _open(each)]
        times = [finding.enough_at for finding in open_findings if finding.enough_at is not None]
        return max(times) if times and len(times) == len(open_findings) else None

    @property
    def not_before(self) -> datetime | None:
        """The latest time that is known of a finding of an enforced criterion that is inconclusive."""
        times = [finding.enough_at or finding.not_before for each in self.enforced for finding in _open(each)]
        return max((each for each in times if each is not None), default=None)

    @property
    def without_time(self) -> tuple[str, ...]:
        """The enforced criteria that are inconclusive, and of which ``enough_at`` is not known."""
        names = (each.name for each in self.enforced if any(finding.enough_at is None for finding in _open(each)))
        return tuple(dict.fromkeys(names))


def _open(judged: Judged) -> tuple[Finding, ...]:
    return tuple(each for each in judged.findings if each.verdict is Verdict.INCONCLUSIVE)


def _criteria(count: int) -> str:
    return "1 criterion" if count == 1 else f"{count} criteria"
